import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import type { LeaveContext, LeavePlan } from "../../contract.ts";
import type { FileConfig } from "./config.ts";
import { fileIdentity } from "./identity.ts";
import { VM_DIR_MODE } from "./join.ts";
import { markerPath, unmarkStep } from "./marker.ts";

/** A directory that somebody put something into stays, and so does one that is gone already. */
const REMOVE_EMPTY = '[ ! -d "$1" ] || rmdir --ignore-fail-on-non-empty -- "$1"';
const MAKE_AGAIN = '[ -d "$1" ] || mkdir -m "$2" -- "$1"';

/** Takes the mark away, and the directories that the join made, as far as they are empty. */
export function leaveFile({ config, identity, target }: LeaveContext<FileConfig>): LeavePlan {
  const { marker, made } = fileIdentity.parse(identity);
  const directories = made.split(",").filter((path) => path !== "");
  const removals = directories.toReversed().map((path, index): NodeStep => {
    const mode = path === config.vmDir ? VM_DIR_MODE : "0755";
    return {
      kind: "node",
      id: `remove-dir-${index + 1}`,
      target,
      title: text("join.step.remove-directory", { path }),
      command: { argv: ["sh", "-c", REMOVE_EMPTY, "spindle", path] },
      undo: {
        title: text("join.step.make-directory", { path }),
        command: { argv: ["sh", "-c", MAKE_AGAIN, "spindle", path, mode] },
      },
    };
  });
  return {
    steps: [unmarkStep(target, config.vmDir, marker), ...removals],
    left: [
      text("file.left.mark", { path: markerPath(config.vmDir) }),
      ...directories.map((path) => text("file.left.directory", { path })),
    ],
  };
}
