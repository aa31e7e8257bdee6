import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import { REFUSAL, REFUSE_SCRIPT } from "../../drive-marks.ts";
import { MARKS_DIR } from "./mark.ts";
import { SYSFS_SCRIPT } from "./sysfs-script.ts";

/**
 * Proves that nobody but the panel uses a target on the node: no record and no session of it, or a storage of the panel that
 * has noted it. $1 target, $2 where storages are noted
 */
const PROVE_FREE = `${REFUSE_SCRIPT}${SYSFS_SCRIPT}
for mark in "$2"/*; do
  [ -f "$mark" ] || continue
  ! grep -qxF -- "target $1" "$mark" || exit 0
done
for root in /etc/iscsi/nodes /var/lib/iscsi/nodes; do
  for record in "$root/$1"/*; do [ ! -e "$record" ] || refuse foreign-record "$record"; done
done
sessions=$(iscsi_sessions "$1")
[ -z "$sessions" ] || refuse foreign-session "$sessions"`;

/** What a step proves that is the first to note a target on a node: the plan has looked at one of the nodes alone. */
export function freeProof(target: string): Required<Pick<NodeStep, "precondition" | "failures">> {
  const words = ["foreign-record", "foreign-session"];
  return {
    precondition: { command: { argv: ["sh", "-c", PROVE_FREE, "spindle", target, MARKS_DIR] } },
    failures: words.map((word) => ({
      match: REFUSAL + word,
      message: text(`network-lvm.failed.${word}`, { target }),
      hint: text(`network-lvm.failed.${word}-hint`, { target }),
    })),
  };
}
