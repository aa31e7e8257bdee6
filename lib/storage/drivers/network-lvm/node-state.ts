import type { Command } from "../../../domain/plan.ts";
import { readSections, readWords, SECTION_SCRIPT } from "../../sections.ts";
import { MARKS_DIR } from "./mark.ts";
import { SYSFS_SCRIPT } from "./sysfs-script.ts";

/** What a node has of a target and a storage's name already. */
export interface NodeState {
  /** Empty: it has none yet, as before open-iscsi is installed. */
  initiator: string;
  /** Portals of records of the target: `10.0.0.1,3260,1`. */
  records: string[];
  /** Sessions to the target, in the kernel's words: `LOGGED_IN`. */
  sessions: string[];
  /** Ids of the panel's storages that say that they use the target here. */
  marks: string[];
  /** Something in /dev has the name of the volume group. */
  nameInDev: boolean;
}

const STATE = `${SECTION_SCRIPT}${SYSFS_SCRIPT}
target=$1 name=$2 marks=$3
section words
printf 'initiator %s\\n' "$(sed -n 's/^InitiatorName=//p' /etc/iscsi/initiatorname.iscsi 2>/dev/null)"
[ -z "$name" ] || [ ! -e "/dev/$name" ] || echo 'name-in-dev yes'
section records
[ -z "$target" ] || for root in /etc/iscsi/nodes /var/lib/iscsi/nodes; do
  for record in "$root/$target"/*; do [ ! -e "$record" ] || echo "\${record##*/}"; done
done
section sessions
[ -z "$target" ] || iscsi_sessions "$target"
section marks
for mark in "$marks"/*; do
  [ -f "$mark" ] && [ -n "$target" ] || continue
  while read -r key value; do [ "$key $value" != "target $target" ] || echo "\${mark##*/}"; done <"$mark"
done
section end
`;

export function nodeStateCommand({ target, vgName }: { target: string; vgName: string }): Command {
  return { argv: ["sh", "-c", STATE, "spindle", target, vgName, MARKS_DIR], timeoutMs: 30_000 };
}

const linesOf = (block = "") => block.split("\n").filter((line) => line !== "");

/** Reads the answer. Throws an Error where the node did not come to its end. */
export function readNodeState(stdout: string): NodeState {
  const sections = readSections(stdout);
  if (!sections.has("end")) throw new Error("The node did not say everything about its iSCSI sessions");
  const words = readWords(sections.get("words") ?? "");
  const initiator = words.get("initiator") ?? "";
  return {
    initiator: /^[a-z0-9.:-]{1,223}$/i.test(initiator) ? initiator : "",
    records: linesOf(sections.get("records")).slice(0, 64),
    sessions: linesOf(sections.get("sessions")).map((line) => line.split(" ")[2] ?? ""),
    marks: linesOf(sections.get("marks")).filter((id) => /^[a-z0-9_]{1,60}$/.test(id)),
    nameInDev: words.get("name-in-dev") === "yes",
  };
}
