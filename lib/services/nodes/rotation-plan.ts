import { PLAN_FORMAT, type Plan, type Step } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { addLineStep, dropOldLinesStep } from "../../hypervisor/way-in.ts";
import { authorizedKeysLine } from "../../ssh/keys.ts";
import { targetOf } from "../drives/plan.ts";
import type { NodeRow } from "../drives/world.ts";

/** What the panel's own steps of a change of keys are given; see `rotation.ts`. */
export interface RotationInput {
  nodeId: string;
  name: string;
  oldSecret: string;
  newSecret: string;
}

/** A node's keys: the one that signs in now, and the one that is to. Public halves are `ssh-ed25519 AAAA…`. */
export interface RotationKeys {
  oldPublic: string;
  newPublic: string;
  newSecret: string;
}

/**
 * A new line beside the old one, proven by signing in with it; the switch, behind which there is no way back; then every
 * older line goes. Wherever it ends, the key that the panel holds is on the node. Pure.
 */
export function planRotation(node: NodeRow, { oldPublic, newPublic, newSecret }: RotationKeys): Plan {
  const { id: nodeId, name, user, keySecret } = node;
  const old = targetOf(node);
  const fresh = { ...old, key: `${nodeId}.new`, keySecret: newSecret };
  const line = authorizedKeysLine(newPublic, nodeId);
  const input: RotationInput = { nodeId, name, oldSecret: keySecret, newSecret };
  const bag = input as unknown as Record<string, unknown>;
  const steps: Step[] = [
    {
      kind: "panel",
      id: "keep-key",
      title: text("node.step.keep-key"),
      action: "node.keep-key",
      input: bag,
      undo: { title: text("node.step.forget-key"), action: "node.keep-key", input: bag },
    },
    addLineStep(old.key, user, line, fresh.key),
    {
      kind: "panel",
      id: "switch-key",
      title: text("node.step.switch-key", { node: name }),
      action: "node.switch-key",
      input: bag,
      final: true,
      undo: { none: text("node.step.switch-key-none") },
    },
    dropOldLinesStep(fresh.key, { user, nodeId, publicKey: oldPublic }, line),
  ];
  return {
    format: PLAN_FORMAT,
    kind: "node.rotate-key",
    title: text("node.plan.rotate-key", { node: name }),
    targets: [old, fresh],
    steps,
    locks: [`node:${nodeId}`],
    notes: [text("node.note.rotate")],
  };
}
