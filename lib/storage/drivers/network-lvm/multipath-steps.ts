import type { Command, NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import { type Place, suffixOf } from "./place.ts";
import { type OwnFile, removeFileStep, writeFileStep } from "../../own-file.ts";

/** Between two looks of multipathd at a path that failed, in seconds: its own default. */
const POLL_SECONDS = 5;

/** What multipath is told of the LUN alone: a drop-in, so that nobody else's settings are touched. */
function dropIn({ config: { wwid: first, waitSeconds }, owner: { storageId } }: Place, wwid: string): OwnFile {
  const name = wwid === first ? storageId : `${storageId}-${wwid}`;
  const retries = waitSeconds === 0 ? "fail" : String(Math.ceil(waitSeconds / POLL_SECONDS));
  // Partitions that a guest made inside of a volume group's LUN are none of the node's.
  const lines = [`wwid "${wwid}"`, `no_path_retry ${retries}`, "skip_kpartx yes"];
  return {
    path: `/etc/multipath/conf.d/spindle-${name}.conf`,
    text: ["multipaths {", "  multipath {", ...lines.map((line) => `    ${line}`), "  }", "}"].join("\n"),
    mode: "0644",
    isOwnDir: false,
  };
}

/**
 * multipath takes what stands in its list of WWIDs. Written before the first login, the LUN is multipath's from its first
 * moment on: neither LVM nor anybody else ever sees a single path of it. $1 WWID
 */
const CLAIM = `set -eu
file=/etc/multipath/wwids
mkdir -p /etc/multipath
systemctl is-active --quiet multipathd || systemctl start multipathd
# It reads that list whenever a path comes, its settings only now: whose name is in the list is known with its own.
timeout -k 5 60 multipathd reconfigure
grep -qxF "/$1/" "$file" 2>/dev/null || (umask 077; printf '/%s/\\n' "$1" >>"$file")
sync -- "$file"`;

const IS_CLAIMED = `grep -qxF "/$1/" /etc/multipath/wwids 2>/dev/null && systemctl is-active --quiet multipathd`;

/** Does nothing while multipath has the LUN. $1 WWID */
const DISCLAIM = `file=/etc/multipath/wwids
grep -qxF "/$1/" "$file" 2>/dev/null || exit 0
for uuid in /sys/class/block/dm-*/dm/uuid; do
  [ -r "$uuid" ] && read -r word <"$uuid" || continue
  [ "$word" != "mpath-$1" ] || { echo "multipath has the LUN still"; exit 1; }
done
# 1: nothing else is in the list.
grep -vxF "/$1/" "$file" >"$file.new" || [ $? = 1 ] || { rm -f -- "$file.new"; exit 1; }
chmod 0600 -- "$file.new" && mv -- "$file.new" "$file"
# What is left to it are settings for a LUN that is gone, until it starts anew or the LUN is claimed again: no reason to stay.
timeout -k 5 60 multipathd reconfigure || echo "multipathd has not read its settings anew: exit $?"`;

const claimCommand = (wwid: string): Command => ({ argv: ["sh", "-c", CLAIM, "spindle", wwid], timeoutMs: 120_000 });
export const disclaimCommand = (wwid: string): Command => ({
  argv: ["sh", "-c", DISCLAIM, "spindle", wwid],
  timeoutMs: 120_000,
});

/** Steps that give the LUN to multipath before it is there. */
export function multipathSteps(place: Place, wwid: string): NodeStep[] {
  const { target } = place;
  const behind = suffixOf(place, wwid);
  const values = { wwid };
  const title = text("network-lvm.step.multipath", values);
  const undoTitle = text("network-lvm.step.no-multipath", values);
  return [
    writeFileStep({ id: `multipath${behind}`, target, title, undoTitle }, dropIn(place, wwid)),
    {
      ...{ kind: "node", id: `claim${behind}`, target, title: text("network-lvm.step.claim", values) },
      command: claimCommand(wwid),
      alreadyDone: { command: { argv: ["sh", "-c", IS_CLAIMED, "spindle", wwid] } },
      undo: { title: text("network-lvm.step.disclaim", values), command: disclaimCommand(wwid) },
    },
  ];
}

/** Steps that take it from multipath again, once it is gone. */
export function noMultipathSteps(place: Place, wwid: string): NodeStep[] {
  const { target } = place;
  const behind = suffixOf(place, wwid);
  const values = { wwid };
  const title = text("network-lvm.step.no-multipath", values);
  const undoTitle = text("network-lvm.step.multipath", values);
  return [
    removeFileStep({ id: `no-multipath${behind}`, target, title, undoTitle }, dropIn(place, wwid)),
    {
      ...{ kind: "node", id: `disclaim${behind}`, target, title: text("network-lvm.step.disclaim", values) },
      command: disclaimCommand(wwid),
      alreadyDone: { command: { argv: ["grep", "-qxF", `/${wwid}/`, "/etc/multipath/wwids"] }, code: 1 },
      undo: { title: text("network-lvm.step.claim", values), command: claimCommand(wwid) },
    },
  ];
}
