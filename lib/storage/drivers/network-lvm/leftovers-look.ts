import type { Command } from "../../../domain/plan.ts";
import type { LeftoversContext, Reader } from "../../contract.ts";
import { readSections, SECTION_SCRIPT } from "../../sections.ts";
import { networkLvmIdentity, wwidsOf } from "./identity.ts";
import { MARKS_DIR } from "./mark.ts";
import { UNITS_DIR } from "./relogin.ts";
import { SYSFS_SCRIPT } from "./sysfs-script.ts";
import { onlyLuns, WWID } from "./wwid.ts";

export interface NamedFile {
  name: string;
  text: string;
}

/** What of the panel's, or of LVM's, is on a node, whether a storage needs it or not. */
export interface LeftoverFacts {
  /** Notes of storages that they use targets here. */
  marks: { storageId: string; targets: string[]; wwids: string[] }[];
  /** Records that carry the panel's mark. */
  records: { target: string; address: string; port: number }[];
  /** Targets that the node is logged in to. */
  sessions: string[];
  /** Files of the panel's by name: what multipath was told, and units of systemd. */
  dropIns: NamedFile[];
  units: NamedFile[];
  /** What lies on LUNs: by WWID, names of maps. */
  holders: { wwid: string; name: string }[];
  /** Maps of LVM's. */
  maps: { name: string; uuid: string; isOpen: boolean }[];
  /** By UUID of a group that is in use: UUIDs of its LVs without dashes; null where it could not be asked. */
  lvs: Record<string, string[] | null>;
}

/** $1 panel, $2 where storages are noted */
const LOOK = `${SECTION_SCRIPT}${SYSFS_SCRIPT}
section marks
for mark in "$2"/*; do
  [ -f "$mark" ] || continue
  while read -r key value; do echo "\${mark##*/} $key $value"; done <"$mark"
done
section records
for root in /etc/iscsi/nodes /var/lib/iscsi/nodes; do
  for file in "$root"/*/*,* "$root"/*/*,*/default; do
    [ -f "$file" ] && grep -qF -- "# spindle $1 " "$file" || continue
    place=\${file#"$root/"}
    place=\${place%/default}
    echo "\${place%%/*} \${place#*/}"
  done
done
section sessions
for session in /sys/class/iscsi_session/session*; do
  [ -e "$session" ] || continue
  word_in "$session/targetname"
  echo "$word"
done
section holders
for uuid in /sys/class/block/dm-*/dm/uuid; do
  word_in "$uuid"
  case $word in mpath-*) wwid=\${word#mpath-} ;; *) continue ;; esac
  for holder in "\${uuid%/dm/uuid}"/holders/*; do
    [ -e "$holder" ] || continue
    word_in "$holder/dm/name"
    echo "$wwid \${word:-\${holder##*/}}"
  done
done
section maps
[ ! -d /sys/module/dm_mod ] || dmsetup info -c --noheadings --separator ' ' -o uuid,name,open
print() {
  [ -f "$2" ] || return 0
  section "$1:\${2##*/}"
  cat -- "$2"
}
for file in /etc/multipath/conf.d/spindle-*.conf; do print drop-in "$file"; done
for file in ${UNITS_DIR}/spindle-*-login.service ${UNITS_DIR}/spindle-*-login.timer; do print unit "$file"; done
section end
`;

/** UUIDs of a group's LVs, the hidden ones as well; 9 where it can't be asked. $1 VG UUID; then the devices. */
const LV_UUIDS = `uuid=$1
shift
[ -n "$(vgs "$@" --readonly --noheadings -o vg_name -S "vg_uuid=$uuid")" ] || exit 9
lvs "$@" --readonly -a --noheadings -o lv_uuid -S "vg_uuid=$uuid" || exit 9`;

const lookCommand = (panelId: string): Command => ({
  argv: ["sh", "-c", LOOK, "spindle", panelId, MARKS_DIR],
  timeoutMs: 30_000,
});

const lvsCommand = (vgUuid: string, wwids: readonly string[]): Command => ({
  argv: ["sh", "-c", LV_UUIDS, "spindle", vgUuid, ...onlyLuns(wwids)],
  timeoutMs: 30_000,
});

const wordsOf = (block = "") =>
  block
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));

/** Marks of this panel, whole ones alone: what else lies there is somebody else's. */
function readMarks(block: string | undefined, panelId: string): LeftoverFacts["marks"] {
  const byStorage = Map.groupBy(wordsOf(block), ([storageId = ""]) => storageId);
  return [...byStorage].flatMap(([storageId, lines]) => {
    const of = (key: string) => lines.flatMap(([, word, value]) => (word === key && value ? [value] : []));
    const targets = of("target");
    const isOurs = of("panel").join() === panelId && /^[a-z0-9_]{1,60}$/.test(storageId);
    const wwids = of("wwid").filter((wwid) => WWID.test(wwid));
    return isOurs && targets.length > 0 ? [{ storageId, targets, wwids }] : [];
  });
}

function readRecords(block: string | undefined): LeftoverFacts["records"] {
  const found = wordsOf(block).flatMap(([target = "", place = ""]) => {
    const [address = "", port = ""] = place.split(",");
    return /^\d{1,5}$/.test(port) ? [{ target, address, port: Number(port) }] : [];
  });
  return [...new Map(found.map((record) => [JSON.stringify(record), record])).values()];
}

const filesIn = (sections: ReadonlyMap<string, string>, kind: string): NamedFile[] =>
  [...sections].flatMap(([title, body]) =>
    title.startsWith(kind) ? [{ name: title.slice(kind.length), text: body.trimEnd() }] : [],
  );

/** Reads the answer. Throws an Error where the node did not come to its end. */
export function readLeftovers(stdout: string, panelId: string): Omit<LeftoverFacts, "lvs"> {
  const sections = readSections(stdout);
  if (!sections.has("end")) throw new Error("The node did not say everything about what is left there");
  return {
    marks: readMarks(sections.get("marks"), panelId),
    records: readRecords(sections.get("records")),
    sessions: [...new Set(wordsOf(sections.get("sessions")).flatMap(([target = ""]) => target))],
    holders: wordsOf(sections.get("holders")).map(([wwid = "", name = ""]) => ({ wwid, name })),
    maps: wordsOf(sections.get("maps")).flatMap(([uuid = "", name = "", open]) =>
      uuid.startsWith("LVM-") ? [{ name, uuid, isOpen: open !== "0" }] : [],
    ),
    dropIns: filesIn(sections, "drop-in:"),
    units: filesIn(sections, "unit:"),
  };
}

/** Looks at what the panel has on a node, and at the LVs of the groups that are in use there. Reads only. */
export async function lookForLeftovers(read: Reader, { panelId, kept }: LeftoversContext): Promise<LeftoverFacts> {
  const found = readLeftovers((await read(lookCommand(panelId))).stdout, panelId);
  const lvs: LeftoverFacts["lvs"] = {};
  for (const { identity } of kept) {
    const { vgUuid } = networkLvmIdentity.parse(identity);
    const { code, stdout } = await read(lvsCommand(vgUuid, wwidsOf(identity)));
    lvs[vgUuid] = code === 0 ? stdout.split("\n").map((line) => line.trim().replaceAll("-", "")) : null;
  }
  return { ...found, lvs };
}
