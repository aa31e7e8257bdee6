import { text } from "../domain/text.ts";
import type { LeavePlan } from "../storage/contract.ts";
import type { LeavingNode } from "./contract.ts";
import { unmarkStep } from "./mark.ts";
import { exitStep } from "./way-in.ts";

/** What every node loses when it leaves, whatever runs on it: the panel's mark and, last, its way in. */
export function leaveNode(leaving: LeavingNode, target: string): LeavePlan {
  const { user, nodeId } = leaving;
  return {
    steps: [unmarkStep(target, leaving), exitStep(target, leaving)],
    left: [text("node.left.key", { user, mark: `spindle:${nodeId}` }), text("node.left.mark")],
  };
}
