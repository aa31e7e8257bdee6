import type { Check, Command, NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import { type OwnFile, removeFileStep, writeFileStep } from "../../own-file.ts";
import { type IscsiTarget, portalsOf } from "./config.ts";
import { type Place, targetSuffix } from "./place.ts";
import { portalArgument } from "./portals.ts";

/** Between two tries, in seconds. A target that asks for another secret must not be asked without a pause. */
const PAUSE = 60;
export const UNITS_DIR = "/etc/systemd/system";
/** In the order in which they are written; they go in the other one. */
const KINDS = ["service", "timer"] as const;

/** Starts the timer, now and at each boot, as its file is by now; one reload serves its file and its link. $1 name */
const START = `set -eu
systemctl enable --quiet --no-reload "$1.timer"
systemctl daemon-reload
systemctl start "$1.timer"`;

const IS_STARTED = `systemctl is-enabled --quiet "$1.timer" && systemctl is-active --quiet "$1.timer"`;

/** Ends both, before their files go: what is stopped and belongs to nothing, systemd forgets by itself. $1 name */
const STOP = `cd "${UNITS_DIR}" || exit 1
[ ! -e "$1.timer" ] || systemctl disable --quiet --now "$1.timer" || exit 1
# A login that is on its way comes to its end first.
[ ! -e "$1.service" ] || systemctl stop "$1.service"`;

/** A unit that is not there is inactive. */
const IS_STOPPED = `[ ! -L "${UNITS_DIR}/timers.target.wants/$1.timer" ] || exit 1
for unit in "$1.timer" "$1.service"; do
  case $(systemctl show --property=ActiveState --value -- "$unit") in inactive | failed) ;; *) exit 1 ;; esac
done`;

/** What the units of one of a storage's targets are called. `suffix`: see `suffixAt`. */
export const reloginName = (storageId: string, suffix: string): string =>
  `spindle-${storageId.replaceAll("_", "-")}${suffix}-login`;

/** Which of these files are the units of that name. */
export const reloginFiles = <F extends { name: string }>(files: readonly F[], unit: string): F[] =>
  files.filter(({ name }) => KINDS.some((kind) => name === `${unit}.${kind}`));

/** Names of units that log in to a target, by what the files say. */
export const reloginsOf = (files: readonly { name: string; text: string }[], target: string): string[] =>
  files.flatMap(({ name, text: body }) =>
    name.endsWith(".service") && body.includes(` -T ${target} -p `) ? name.slice(0, -".service".length) : [],
  );

function textsOf({ owner }: Place, san: IscsiTarget): Record<(typeof KINDS)[number], string[]> {
  const { target } = san;
  const what = `Description=Logs in to ${target} where a session is missing`;
  const head = [`# spindle ${owner.panelId} ${owner.storageId}`, "[Unit]", what];
  const logIns = portalsOf(san).map(
    (portal) => `ExecStart=-iscsiadm -m node -T ${target} -p ${portalArgument(portal)} --login`,
  );
  return {
    service: [
      ...[...head, "After=open-iscsi.service"],
      // What fails is in the journal by iscsid; that there is nothing to do need not be said every minute.
      ...["[Service]", "Type=oneshot", ...logIns, "StandardOutput=null", "StandardError=null", "LogLevelMax=warning"],
    ],
    timer: [
      ...[...head, "[Timer]", `OnBootSec=${PAUSE}`, `OnUnitInactiveSec=${PAUSE}`, "AccuracySec=5"],
      ...["[Install]", "WantedBy=timers.target"],
    ],
  };
}

/** One of its units: what the steps about it are named by, and its file. */
function unitOf(place: Place, san: IscsiTarget, kind: (typeof KINDS)[number]) {
  const name = `${reloginName(place.owner.storageId, targetSuffix(place, san))}.${kind}`;
  const file: OwnFile = {
    ...{ path: `${UNITS_DIR}/${name}`, text: textsOf(place, san)[kind].join("\n") },
    ...{ mode: "0644", isOwnDir: false },
  };
  const [write, remove] = [
    text("network-lvm.step.relogin-unit", { name }),
    text("network-lvm.step.no-relogin-unit", { name }),
  ];
  return { file, write, remove };
}

function writeUnit(place: Place, san: IscsiTarget, kind: (typeof KINDS)[number]): NodeStep {
  const { file, write, remove } = unitOf(place, san, kind);
  const id = `relogin-${kind}${targetSuffix(place, san)}`;
  return writeFileStep({ id, target: place.target, title: write, undoTitle: remove }, file);
}

function removeUnit(place: Place, san: IscsiTarget, kind: (typeof KINDS)[number]): NodeStep {
  const { file, write, remove } = unitOf(place, san, kind);
  const id = `no-relogin-${kind}${targetSuffix(place, san)}`;
  return removeFileStep({ id, target: place.target, title: remove, undoTitle: write }, file);
}

const shell = (script: string, name: string): Command => ({
  argv: ["sh", "-c", script, "spindle", name],
});

/** What ends it, of a storage that nothing else may be known of. */
export const endRelogin = (name: string): { command: Command; alreadyDone: Check } => ({
  command: shell(STOP, name),
  alreadyDone: { command: shell(IS_STOPPED, name) },
});

/**
 * open-iscsi logs in once at boot, and keeps up what was logged in once; a portal that was away at that moment, or refused
 * it, is never asked again. So a timer of the storage's own, one for each target, logs in wherever a session is missing.
 */
export function reloginSteps(place: Place, san: IscsiTarget): NodeStep[] {
  const suffix = targetSuffix(place, san);
  const name = reloginName(place.owner.storageId, suffix);
  const values = { target: san.target };
  const start: NodeStep = {
    ...{ kind: "node", id: `relogin${suffix}`, target: place.target },
    title: text("network-lvm.step.relogin", values),
    command: shell(START, name),
    alreadyDone: { command: shell(IS_STARTED, name) },
    undo: { title: text("network-lvm.step.no-relogin", values), command: endRelogin(name).command },
  };
  return [...KINDS.map((kind) => writeUnit(place, san, kind)), start];
}

/** Ends it, before anything logs out. */
export function noReloginSteps(place: Place, san: IscsiTarget): NodeStep[] {
  const suffix = targetSuffix(place, san);
  const name = reloginName(place.owner.storageId, suffix);
  const values = { target: san.target };
  const end: NodeStep = {
    ...{ kind: "node", id: `no-relogin${suffix}`, target: place.target },
    title: text("network-lvm.step.no-relogin", values),
    ...endRelogin(name),
    undo: { title: text("network-lvm.step.relogin", values), command: shell(START, name) },
  };
  return [end, ...KINDS.toReversed().map((kind) => removeUnit(place, san, kind))];
}
