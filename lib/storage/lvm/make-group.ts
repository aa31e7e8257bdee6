import type { NodeStep } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import type { Ownership } from "../contract.ts";
import { REFUSE_SCRIPT } from "../drive-marks.ts";
import { CHANGE_MS, CHECK_MS, FREE_PV_SCRIPT, type NewPv, onlyDisks, pvFailures, pvStep } from "./pv-steps.ts";
import { MADE_TAG, ownerTags } from "./steps.ts";

/** The step whose output says which UUID the new VG has. */
export const UUID_STEP = "vg-uuid";

/** Prints the UUID of the VG with this name that carries the mark, once udev knows its PVs. $1 name, $2 tag; then the devices. */
const SAY_UUID = `name=$1 tag=$2
shift 2
udevadm settle --timeout=10
# What another node is just writing can make no sense; a moment later it does.
for pause in 1 2 0; do
  uuid=$(vgs "$@" --noheadings -o vg_uuid -S "vg_name=$name && vg_tags={\\"$tag\\"}" | tr -d ' ')
  [ -z "$uuid" ] && [ "$pause" -gt 0 ] || break
  sleep "$pause"
done
[ -n "$uuid" ] || exit 1
printf 'vgUuid=%s\\n' "$uuid"`;

/**
 * Proves that the devices are the PVs that were just made, and that no other group has the name: two of one name are reached
 * by UUID alone. Drives' own groups are left out. $1 name; then UUID and device of each.
 */
const NAME_FREE = `${FREE_PV_SCRIPT}
name=$1
shift
while [ $# -gt 0 ]; do
  free_pv "$1" "$2"
  shift 2
done
[ ! -e "/dev/$name" ] || refuse name-taken "/dev/$name"
for device in /dev/disk/by-id/lvm-pv-uuid-*; do
  [ -b "$device" ] || continue
  kernel=$(readlink -f -- "$device") holder=
  [ ! -e "/sys/class/block/\${kernel##*/}/dm/uuid" ] || read -r holder <"/sys/class/block/\${kernel##*/}/dm/uuid"
  case $holder in LVM-*) continue ;; esac
  set -- "$@" --devices "$device"
done
[ $# -gt 0 ] || exit 0
found=$(timeout -k 1 20 vgs "$@" --noheadings -o vg_uuid -S "vg_name=$name")
case $? in 124 | 137) refuse name-taken "a device did not answer" ;; esac
[ -z "$found" ] || refuse name-taken "$found"`;

/** Whether the VG is this storage's, made by the panel, and holds no LV. $1 name, $2 tag, $3 made tag; then the devices. */
const EMPTY_GROUP = `${REFUSE_SCRIPT}
name=$1 tag=$2 made=$3
shift 3
line=$(vgs "$@" --noheadings --separator '|' -o vg_tags,lv_count,vg_missing_pv_count -S "vg_name=$name") || exit 9
[ -n "$line" ] || exit 0
line=$(echo $line)
tags=\${line%%|*}
case ",$tags," in *",$tag,"*) ;; *) refuse vg-other "$tags" ;; esac
case ",$tags," in *",$made,"*) ;; *) refuse vg-other "$tags" ;; esac
[ "\${line#*|}" = "0|0" ] || refuse vg-other "LVs and missing PVs: \${line#*|}"`;

/** Removes the VG where it is there. $1 name; then the devices. */
const REMOVE_GROUP = `name=$1
shift
left=$(vgs "$@" --noheadings -o vg_name -S "vg_name=$name") || exit 9
[ -n "$left" ] || exit 0
vgremove "$@" -- "$name"`;

function groupStep(
  target: string,
  name: string,
  owner: Ownership,
  pvs: readonly NewPv[],
  options: readonly string[],
): NodeStep {
  const devices = onlyDisks(pvs);
  const tags = [...ownerTags(owner), MADE_TAG];
  const links = pvs.map(({ link }) => link);
  const all = tags.map((tag) => `"${tag}"`).join(" && ");
  const mark = `spindle.storage=${owner.storageId}`;
  return {
    kind: "node",
    id: "vg",
    target,
    title: text("lvm.parts.step.vg", { vg: name, disks: links.join(", ") }),
    command: {
      argv: ["vgcreate", ...devices, ...options, ...tags.flatMap((tag) => ["--addtag", tag]), "--", name, ...links],
      timeoutMs: CHANGE_MS,
    },
    alreadyDone: {
      command: {
        argv: ["vgs", ...devices, "--noheadings", "-o", "vg_name", "-S", `vg_name=${name} && vg_tags={${all}}`],
        timeoutMs: CHECK_MS,
      },
      stdout: name,
    },
    precondition: {
      command: {
        argv: ["sh", "-c", NAME_FREE, "spindle", name, ...pvs.flatMap(({ link, uuid }) => [uuid, link])],
        timeoutMs: CHECK_MS,
      },
    },
    failures: pvFailures({ disk: links.join(", "), vg: name }),
    undo: {
      title: text("lvm.parts.step.unvg", { vg: name }),
      command: { argv: ["sh", "-c", REMOVE_GROUP, "spindle", name, ...devices], timeoutMs: CHANGE_MS },
      proof: {
        command: {
          argv: ["sh", "-c", EMPTY_GROUP, "spindle", name, mark, MADE_TAG, ...devices],
          timeoutMs: CHECK_MS,
        },
      },
    },
  };
}

/** Says which UUID the storage's own group has, as the identity's late field. `devices`: words that name the only ones opened. */
export function uuidStep(target: string, name: string, owner: Ownership, devices: readonly string[]): NodeStep {
  return {
    kind: "node",
    id: UUID_STEP,
    target,
    title: text("lvm.parts.step.uuid", { vg: name }),
    command: {
      argv: ["sh", "-c", SAY_UUID, "spindle", name, `spindle.storage=${owner.storageId}`, ...devices],
      timeoutMs: CHECK_MS,
    },
    undo: { none: text("lvm.parts.step.uuid-none") },
  };
}

/**
 * A VG made of unused devices, marked as this storage's (B04). Its UUID is known once it is there: the last step's output
 * says it. `options`: more words for vgcreate.
 */
export function makeGroupSteps(
  target: string,
  name: string,
  owner: Ownership,
  pvs: readonly NewPv[],
  options: readonly string[] = [],
): { steps: NodeStep[]; pvUuids: string[] } {
  const said = uuidStep(target, name, owner, onlyDisks(pvs));
  const steps = [
    ...pvs.map((pv, index) => pvStep(target, pv, index)),
    groupStep(target, name, owner, pvs, options),
    said,
  ];
  return { steps, pvUuids: pvs.map(({ uuid }) => uuid) };
}
