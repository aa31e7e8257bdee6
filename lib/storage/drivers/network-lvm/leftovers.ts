import type { Command, NodeStep } from "../../../domain/plan.ts";
import { type Text, text } from "../../../domain/text.ts";
import type { Leftover, LeftoversContext, LeftoversDriver } from "../../contract.ts";
import { driveFailures } from "../../drive-failures.ts";
import { REFUSE_SCRIPT } from "../../drive-marks.ts";
import { removeFileStep } from "../../own-file.ts";
import { type NetworkLvmConfig, targetNames } from "./config.ts";
import { networkLvmIdentity, wwidsOf } from "./identity.ts";
import { type LeftoverFacts, lookForLeftovers, type NamedFile } from "./leftovers-look.ts";
import { MARKS_DIR, unmarkStep } from "./mark.ts";
import { disclaimCommand } from "./multipath-steps.ts";
import { suffixAt } from "./place.ts";
import { portalArgument, portalText } from "./portals.ts";
import { DELETE_RECORD, HAS_OWN_RECORD } from "./record-script.ts";
import { endRelogin, reloginFiles, reloginName, reloginsOf, UNITS_DIR } from "./relogin.ts";
import { DROP_LUN, LOG_OUT, LOG_OUT_MS, NO_LUN, NO_SESSION, UNUSED_LUN } from "./session-script.ts";
import { kernelWwid, onlyLuns } from "./wwid.ts";

type Context = LeftoversContext;
type Mark = LeftoverFacts["marks"][number];

const CHANGE_MS = 300_000;
const PREFIX = "LVM-".length;
const UUID_LETTERS = 32;
const plain = (uuid: string) => uuid.replaceAll("-", "");

const shell = (script: string, ...words: string[]) => ({
  argv: ["sh", "-c", script, "spindle", ...words],
  timeoutMs: CHANGE_MS,
});

/** A map of a group that is in use, of an LV that the group has not any more. */
interface StaleMap {
  name: string;
  uuid: string;
  isOpen: boolean;
  vgUuid: string;
  wwids: string[];
}

function staleMaps({ kept }: Context, { maps, lvs }: LeftoverFacts): StaleMap[] {
  return kept.flatMap(({ identity }) => {
    const { vgUuid } = networkLvmIdentity.parse(identity);
    const known = lvs[vgUuid];
    if (!known) return [];
    return maps
      .filter(({ uuid }) => uuid.startsWith(`LVM-${plain(vgUuid)}`))
      .filter(({ uuid }) => !known.includes(uuid.slice(PREFIX + UUID_LETTERS, PREFIX + 2 * UUID_LETTERS)))
      .map((map) => ({ ...map, vgUuid, wwids: wwidsOf(identity) }));
  });
}

/** Notes of storages that the node has not. */
const strayMarks = ({ kept }: Context, { marks }: LeftoverFacts): Mark[] =>
  marks.filter((mark) => !kept.some(({ storageId }) => storageId === mark.storageId));

/** Whether somebody else of the panel's needs the target here. */
function isNeeded({ kept }: Context, { marks }: LeftoverFacts, target: string, but?: string): boolean {
  return (
    kept.some(({ config }) => targetNames(config as NetworkLvmConfig).includes(target)) ||
    marks.some((mark) => mark.targets.includes(target) && mark.storageId !== but)
  );
}

function isNeededLun({ kept }: Context, { marks }: LeftoverFacts, wwid: string, but: string): boolean {
  return (
    kept.some(({ identity }) => wwidsOf(identity).includes(wwid)) ||
    marks.some((mark) => mark.storageId !== but && mark.wwids.includes(wwid))
  );
}

/** Targets that only records of the panel's speak of. */
function strayTargets(context: Context, facts: LeftoverFacts): string[] {
  const targets = new Set(facts.records.map(({ target }) => target));
  return [...targets].filter((target) => !isNeeded(context, facts, target));
}

const portalsOf = ({ records }: LeftoverFacts, targets: readonly string[]) =>
  records.filter(({ target }) => targets.includes(target));

/** What is known of targets, for a sentence. */
const targetValues = (facts: LeftoverFacts, targets: readonly string[]) => ({
  target: targets.join(", "),
  portals: portalsOf(facts, targets).map(portalText).join(", "),
  session: targets.some((target) => facts.sessions.includes(target)) ? "yes" : "no",
});

/** What lies on these LUNs: maps of LVM's that nothing has open, which can go, and whatever else, which is in use. */
function usersOf({ holders, maps }: LeftoverFacts, wwids: readonly string[]) {
  const names = holders.flatMap(({ wwid, name }) => (wwids.includes(wwid) ? name : []));
  const closed = maps.filter(({ name, isOpen }) => names.includes(name) && !isOpen);
  return { closed, open: names.filter((name) => !closed.some((map) => map.name === name)) };
}

function markLeftover(context: Context, facts: LeftoverFacts, mark: Mark): Leftover {
  const { storageId, targets } = mark;
  const wwids = mark.wwids.filter((wwid) => !isNeededLun(context, facts, wwid, storageId));
  const luns = wwids.join(", ");
  const { open } = usersOf(facts, wwids);
  return {
    id: `storage:${storageId}`,
    text: text("network-lvm.leftover.storage", { storage: storageId, luns, ...targetValues(facts, targets) }),
    obstacle: open.length > 0 ? text("network-lvm.leftover.in-use", { name: open.join(", ") }) : null,
  };
}

function viewLeftovers(context: Context, facts: LeftoverFacts): Leftover[] {
  return [
    ...staleMaps(context, facts).map(
      ({ name, uuid, isOpen }): Leftover => ({
        id: `map:${uuid}`,
        text: text("network-lvm.leftover.map", { name, uuid }),
        obstacle: isOpen ? text("network-lvm.leftover.in-use", { name }) : null,
      }),
    ),
    ...strayMarks(context, facts).map((mark) => markLeftover(context, facts, mark)),
    ...strayTargets(context, facts).map(
      (target): Leftover => ({
        id: `target:${target}`,
        text: text("network-lvm.leftover.target", targetValues(facts, [target])),
        obstacle: null,
      }),
    ),
  ];
}

/**
 * Proves that the map is the one that was seen, that nothing has it open, and that its group, which can be asked, has no such
 * LV. $1 name, $2 UUID of the map, $3 VG UUID, $4 LV UUID without dashes; then the devices.
 */
const PROVE_STALE = `${REFUSE_SCRIPT}
name=$1 map=$2 uuid=$3 lv=$4
shift 4
seen=$(dmsetup info -c --noheadings --separator ' ' -o uuid,open -- "$name") || exit 9
[ "$seen" = "$map 0" ] || refuse in-use "$seen"
[ -n "$(vgs "$@" --noheadings -o vg_name -S "vg_uuid=$uuid")" ] || refuse in-use "the group can't be asked"
lvs=$(lvs "$@" -a --noheadings -o lv_uuid -S "vg_uuid=$uuid") || exit 9
for one in $(printf '%s\\n' "$lvs" | tr -d ' -'); do [ "$one" != "$lv" ] || refuse in-use "$one is an LV of the group"; done`;

/** Proves that the map is the one that was seen, and that nothing has it open. $1 name, $2 UUID of the map */
const PROVE_CLOSED = `${REFUSE_SCRIPT}
seen=$(dmsetup info -c --noheadings --separator ' ' -o uuid,open -- "$1") || exit 9
[ "$seen" = "$2 0" ] || refuse in-use "$seen"`;

/** Whether no map has that name and UUID. $1 name, $2 UUID */
const NO_SUCH_MAP = `seen=$(dmsetup info -c --noheadings -o uuid,name --separator ' ') || exit 9
case "
$seen
" in *"
$2 $1
"*) exit 1 ;; esac
exit 0`;

/** Refuses while the note of another storage has this line. $1 where storages are noted, $2 this one, $3 the line */
const PROVE_ALONE = `${REFUSE_SCRIPT}
for mark in "$1"/*; do
  [ -f "$mark" ] && [ "\${mark##*/}" != "$2" ] || continue
  ! grep -qxF -- "$3" "$mark" || refuse in-use "$mark"
done`;

/** The same of a LUN, which nothing may use either. Behind these $4 WWID as multipath writes it, $5 as sysfs does */
const PROVE_LEFT = `${PROVE_ALONE}
shift 3
${UNUSED_LUN}`;

function clearing(target: string, id: string, title: NodeStep["title"], part: Partial<NodeStep>): NodeStep {
  const name = String(title.values?.name ?? "");
  return {
    ...{ kind: "node", id, target, title, command: { argv: [] }, isProof: true },
    failures: driveFailures("network-lvm", { lv: name, vg: name, label: name }, { "in-use": [] }),
    undo: { none: text("network-lvm.leftover.none") },
    ...part,
  };
}

function dropMap(target: string, id: string, { name, uuid }: { name: string; uuid: string }, proof: Command): NodeStep {
  return clearing(target, id, text("network-lvm.leftover.step.map", { name }), {
    command: { argv: ["dmsetup", "remove", "--retry", "--", name], timeoutMs: CHANGE_MS },
    alreadyDone: { command: shell(NO_SUCH_MAP, name, uuid) },
    precondition: { command: proof },
  });
}

function clearMap(target: string, map: StaleMap): NodeStep[] {
  const { name, uuid, vgUuid, wwids } = map;
  const lv = uuid.slice(PREFIX + UUID_LETTERS, PREFIX + 2 * UUID_LETTERS);
  return [dropMap(target, "map", map, shell(PROVE_STALE, name, uuid, vgUuid, lv, ...onlyLuns(wwids)))];
}

/**
 * Sessions and records of a target that nothing needs. A session stays where a disk of it is used. `storageId`: whose it was;
 * `suffix`: behind the ids of steps about one of several targets.
 */
function clearTarget(
  { panelId, target }: Context,
  facts: LeftoverFacts,
  iqn: string,
  { storageId = "-", suffix = "" }: { storageId?: string; suffix?: string } = {},
): NodeStep[] {
  const portals = portalsOf(facts, [iqn]);
  const start = `# spindle ${panelId} `;
  return [
    clearing(target, `log-out${suffix}`, text("network-lvm.step.log-out", { target: iqn, name: iqn }), {
      // No LUN of it is the panel's any more: each of its disks counts as somebody's.
      command: { ...shell(LOG_OUT, iqn, "0", "0", ...portals.map(portalArgument)), timeoutMs: LOG_OUT_MS },
      alreadyDone: { command: shell(NO_SESSION, iqn, "0", "0") },
      precondition: { command: shell(PROVE_ALONE, MARKS_DIR, storageId, `target ${iqn}`) },
    }),
    ...portals.map((portal, index) => {
      const { address, port } = portal;
      const words = [iqn, address, String(port), portalArgument(portal), start, MARKS_DIR, storageId];
      const title = text("network-lvm.step.unrecord", { portal: portalText(portal), target: iqn, name: iqn });
      return clearing(target, `record-${index + 1}${suffix}`, title, {
        command: shell(DELETE_RECORD, ...words),
        alreadyDone: { command: shell(HAS_OWN_RECORD, ...words), code: 1 },
      });
    }),
  ];
}

/** Removes a file as it was seen. */
function clearFile(target: string, directory: string, { name, text: body }: NamedFile, title: Text): NodeStep {
  const file = { path: `${directory}/${name}`, text: body, mode: "0644", isOwnDir: false } as const;
  return removeFileStep({ id: `file-${name}`, target, title, undoTitle: title }, file);
}

/** Ends the logging in to a target by itself, then takes its units away. */
function clearRelogin(
  target: string,
  { units }: LeftoverFacts,
  name: string,
  { iqn, suffix }: { iqn: string; suffix: string },
): NodeStep[] {
  return [
    clearing(target, `relogin${suffix}`, text("network-lvm.step.no-relogin", { target: iqn }), endRelogin(name)),
    ...reloginFiles(units, name).map((file) =>
      clearFile(target, UNITS_DIR, file, text("network-lvm.step.no-relogin-unit", { name: file.name })),
    ),
  ];
}

/** Everything of a target that only records of the panel's speak of. */
function clearStray(context: Context, facts: LeftoverFacts, iqn: string): NodeStep[] {
  const units = reloginsOf(facts.units, iqn).flatMap((name, index) =>
    clearRelogin(context.target, facts, name, { iqn, suffix: suffixAt(index) }),
  );
  return [...units, ...clearTarget(context, facts, iqn)];
}

/** Everything that the note of a storage that is gone speaks of, the note itself last. */
function clearMark(context: Context, facts: LeftoverFacts, mark: Mark): NodeStep[] {
  const { panelId, target } = context;
  const { storageId } = mark;
  // A LUN can have come to another storage since.
  const wwids = mark.wwids.filter((wwid) => !isNeededLun(context, facts, wwid, storageId));
  const drops = wwids.map((wwid) =>
    clearing(target, `drop-${wwid}`, text("network-lvm.step.drop", { wwid, name: wwid }), {
      command: shell(DROP_LUN, wwid, kernelWwid(wwid)),
      alreadyDone: { command: shell(NO_LUN, wwid, kernelWwid(wwid)) },
      precondition: {
        command: shell(PROVE_LEFT, MARKS_DIR, storageId, `wwid ${wwid}`, wwid, kernelWwid(wwid)),
      },
    }),
  );
  const own = facts.dropIns.filter(
    ({ name }) => name === `spindle-${storageId}.conf` || name.startsWith(`spindle-${storageId}-`),
  );
  const files = own.map((file) =>
    clearFile(target, "/etc/multipath/conf.d", file, text("network-lvm.leftover.step.file", { name: file.name })),
  );
  const claims = wwids.map((wwid) =>
    clearing(target, `disclaim-${wwid}`, text("network-lvm.step.disclaim", { wwid, name: wwid }), {
      command: disclaimCommand(wwid),
      alreadyDone: { command: { argv: ["grep", "-qxF", `/${wwid}/`, "/etc/multipath/wwids"] }, code: 1 },
    }),
  );
  const maps = usersOf(facts, wwids).closed.map((map, index) =>
    dropMap(target, `map-${index + 1}`, map, shell(PROVE_CLOSED, map.name, map.uuid)),
  );
  return [
    ...mark.targets.flatMap((iqn, index) => {
      const suffix = suffixAt(index);
      return clearRelogin(target, facts, reloginName(storageId, suffix), { iqn, suffix });
    }),
    ...maps,
    ...drops,
    ...mark.targets.flatMap((iqn, index) =>
      isNeeded(context, facts, iqn, storageId)
        ? []
        : clearTarget(context, facts, iqn, { storageId, suffix: suffixAt(index) }),
    ),
    ...files,
    ...claims,
    unmarkStep(target, { panelId, storageId }, mark),
  ];
}

function clearLeftover(context: Context, facts: LeftoverFacts, id: string): NodeStep[] {
  const map = staleMaps(context, facts).find(({ uuid }) => id === `map:${uuid}`);
  if (map) return clearMap(context.target, map);
  const mark = strayMarks(context, facts).find(({ storageId }) => id === `storage:${storageId}`);
  if (mark) return clearMark(context, facts, mark);
  const iqn = strayTargets(context, facts).find((target) => id === `target:${target}`);
  return iqn === undefined ? [] : clearStray(context, facts, iqn);
}

/** Maps of LVs that are gone, and LUNs, sessions and records of storages that the node has not any more. */
export const networkLvmLeftovers: LeftoversDriver<LeftoverFacts> = {
  facts: lookForLeftovers,
  view: viewLeftovers,
  clear: clearLeftover,
};
