import type { Check, Command, NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import { portalsOf } from "./config.ts";
import type { Place } from "./place.ts";
import { portalArgument } from "./portals.ts";

/** Between two tries, in seconds. A target that asks for another secret must not be asked without a pause. */
const PAUSE = 60;
const UNITS_DIR = "/etc/systemd/system";

/** Writes both units and starts the timer. $1 name, $2 service, $3 timer */
const START = `set -eu
put() {
  [ "$(cat -- "$1" 2>/dev/null)" != "$2" ] || return 0
  (umask 022; printf '%s\\n' "$2" >"$1.new")
  sync -- "$1.new"
  mv -T -- "$1.new" "$1"
}
put "${UNITS_DIR}/$1.service" "$2"
put "${UNITS_DIR}/$1.timer" "$3"
systemctl daemon-reload
systemctl enable --quiet --now "$1.timer"`;

/** Ends both, and takes them away. $1 name */
const STOP = `cd "${UNITS_DIR}" || exit 1
[ ! -e "$1.timer" ] || systemctl disable --quiet --now "$1.timer" || exit 1
# A login that is on its way comes to its end first.
[ ! -e "$1.service" ] || systemctl stop "$1.service" || exit 1
rm -f -- "$1.timer" "$1.service" "$1.timer.new" "$1.service.new"
systemctl daemon-reload`;

const IS_STARTED = `cd "${UNITS_DIR}" && [ "$(cat -- "$1.service" 2>/dev/null)" = "$2" ] &&
  [ "$(cat -- "$1.timer" 2>/dev/null)" = "$3" ] && systemctl is-active --quiet "$1.timer"`;

const IS_STOPPED = `cd "${UNITS_DIR}" && [ ! -e "$1.timer" ] && [ ! -e "$1.service" ]`;

const nameOf = (storageId: string) => `spindle-${storageId.replaceAll("_", "-")}-login`;

function unitsOf({ config, owner }: Place): [service: string, timer: string] {
  const { target } = config;
  const head = [`# spindle ${owner.panelId} ${owner.storageId}`, "[Unit]"];
  const logIns = portalsOf(config).map(
    (portal) => `ExecStart=-iscsiadm -m node -T ${target} -p ${portalArgument(portal)} --login`,
  );
  const service = [
    ...[...head, `Description=Logs in to ${target} where a session is missing`, "After=open-iscsi.service"],
    // What fails is in the journal by iscsid; that there is nothing to do need not be said every minute.
    ...["[Service]", "Type=oneshot", ...logIns, "StandardOutput=null", "StandardError=null", "LogLevelMax=warning"],
  ];
  const timer = [
    ...[...head, `Description=Logs in to ${target} where a session is missing`],
    ...["[Timer]", `OnBootSec=${PAUSE}`, `OnUnitInactiveSec=${PAUSE}`, "AccuracySec=5"],
    ...["[Install]", "WantedBy=timers.target"],
  ];
  return [service.join("\n"), timer.join("\n")];
}

const shell = (script: string, ...words: string[]): Command => ({ argv: ["sh", "-c", script, "spindle", ...words] });
const startCommand = (place: Place): Command => shell(START, nameOf(place.owner.storageId), ...unitsOf(place));
const isStarted = (place: Place): Check => ({
  command: shell(IS_STARTED, nameOf(place.owner.storageId), ...unitsOf(place)),
});

/** What ends it, of a storage that nothing else may be known of. */
export function endRelogin(storageId: string): { command: Command; alreadyDone: Check } {
  const name = nameOf(storageId);
  return { command: shell(STOP, name), alreadyDone: { command: shell(IS_STOPPED, name) } };
}

/**
 * open-iscsi logs in once at boot, and keeps up what was logged in once; a portal that was away at that moment, or refused
 * it, is never asked again. So a timer of the storage's own logs in wherever a session is missing.
 */
export function reloginStep(place: Place): NodeStep {
  const values = { target: place.config.target };
  return {
    ...{ kind: "node", id: "relogin", target: place.target, title: text("network-lvm.step.relogin", values) },
    command: startCommand(place),
    alreadyDone: isStarted(place),
    undo: {
      title: text("network-lvm.step.no-relogin", values),
      command: endRelogin(place.owner.storageId).command,
    },
  };
}

/** Ends it, before anything logs out. */
export function noReloginStep(place: Place): NodeStep {
  const values = { target: place.config.target };
  return {
    ...{ kind: "node", id: "no-relogin", target: place.target, title: text("network-lvm.step.no-relogin", values) },
    ...endRelogin(place.owner.storageId),
    undo: { title: text("network-lvm.step.relogin", values), command: startCommand(place) },
  };
}
