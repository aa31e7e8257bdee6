import type { Check, NodeStep } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import type { Ownership } from "../contract.ts";
import type { VolumeGroup } from "./report.ts";

/** The name of a PV that stays when sdX changes. */
export const pvLink = (uuid: string) => `/dev/disk/by-id/lvm-pv-uuid-${uuid}`;

/** Only the VG's own devices are opened: a hung PV of another VG hangs nothing here. */
export function onlyDevices(uuids: readonly string[]): string[] {
  return uuids.flatMap((uuid) => ["--devices", pvLink(uuid)]);
}

/** Whose storage the VG is, as tags: letters, digits and `_ + . - / = ! : & #` are allowed there. */
export function ownerTags(owner: Ownership): string[] {
  return [
    `spindle.panel=${owner.panelId}`,
    `spindle.cluster=${owner.clusterId}`,
    `spindle.storage=${owner.storageId}`,
    `spindle.epoch=${owner.epoch}`,
  ];
}

/** Tag of a VG that the panel made from bare disks. */
export const MADE_TAG = "spindle.made";

const flagged = (flag: string, tags: readonly string[]) => tags.flatMap((tag) => [flag, tag]);

function vgCheck(devices: readonly string[], field: string, selection: string, stdout: string): Check {
  return { command: { argv: ["vgs", ...devices, "--noheadings", "-o", field, "-S", selection] }, stdout };
}

const isVg = (uuid: string, name: string) => `vg_uuid=${uuid} && vg_name=${name}`;

/** Proves that the VG with this UUID is there and has this name. */
export const proveGroup = (uuid: string, name: string, devices: readonly string[]): Check =>
  vgCheck(devices, "vg_uuid", isVg(uuid, name), uuid);

/** Of a disk that is gone LVM tells nothing, and calls it well. $1 the name now, $2 the one before, $3 VG UUID; then the devices. */
const RENAME_BACK = `from=$1 to=$2 uuid=$3
shift 3
name=$(vgs "$@" --noheadings -o vg_name -S "vg_uuid=$uuid") || exit 9
[ -n "$name" ] || exit 9
[ "$(echo $name)" = "$from" ] || exit 0
vgrename "$@" -- "$uuid" "$to"`;

/** Renames a VG by UUID; nothing of it may be open when it runs. */
export function renameStep(target: string, group: VolumeGroup, wanted: string): NodeStep {
  const devices = onlyDevices(group.pvs.map((pv) => pv.uuid));
  return {
    kind: "node",
    id: "rename",
    target,
    title: text("lvm.step.rename", { from: group.name, to: wanted }),
    command: { argv: ["vgrename", ...devices, "--", group.uuid, wanted] },
    alreadyDone: vgCheck(devices, "vg_name", `vg_uuid=${group.uuid}`, wanted),
    precondition: {
      command: {
        argv: [
          "lvs",
          ...devices,
          "--noheadings",
          "-o",
          "lv_name",
          "-S",
          `vg_uuid=${group.uuid} && lv_device_open=open`,
        ],
      },
      stdout: "",
    },
    undo: {
      title: text("lvm.step.rename", { from: wanted, to: group.name }),
      command: { argv: ["sh", "-c", RENAME_BACK, "spindle", wanted, group.name, group.uuid, ...devices] },
    },
  };
}

/** Marks a VG as this storage's. `name` is the VG's name when the step runs; `devices`: words that name the only ones opened. */
export function tagStep(
  target: string,
  group: Pick<VolumeGroup, "uuid">,
  name: string,
  owner: Ownership,
  devices: readonly string[],
): NodeStep {
  const tags = ownerTags(owner);
  const all = tags.map((tag) => `"${tag}"`).join(" && ");
  return {
    kind: "node",
    id: "tag",
    target,
    title: text("lvm.step.tag", { vg: name }),
    command: { argv: ["vgchange", ...devices, ...flagged("--addtag", tags), "--", name] },
    alreadyDone: vgCheck(devices, "vg_uuid", `vg_uuid=${group.uuid} && vg_tags={${all}}`, group.uuid),
    precondition: proveGroup(group.uuid, name, devices),
    undo: {
      title: text("lvm.step.untag", { vg: name }),
      command: { argv: ["vgchange", ...devices, ...flagged("--deltag", tags), "--", name] },
      proof: proveGroup(group.uuid, name, devices),
    },
  };
}

/** Ends with 0 where the VG is there and does not carry the tag. $1 VG UUID, $2 tag; then the devices. */
const UNTAGGED = `uuid=$1 tag=$2
shift 2
line=$(vgs "$@" --noheadings --separator '|' -o vg_uuid,vg_tags -S "vg_uuid=$uuid") || exit 9
case $line in *"$uuid"*) ;; *) exit 9 ;; esac
case ",\${line#*|}," in *",$tag,"*) exit 1 ;; esac
exit 0`;

/**
 * The step that takes the marks off a VG again; the group and everything in it stays as it is. `devices`: words that name
 * the only ones opened.
 */
export function untagStep(
  target: string,
  { uuid, vgName }: { uuid: string; vgName: string },
  owner: Ownership,
  devices: readonly string[],
): NodeStep {
  const tags = ownerTags(owner);
  return {
    kind: "node",
    id: "untag",
    target,
    title: text("lvm.step.untag", { vg: vgName }),
    command: { argv: ["vgchange", ...devices, ...flagged("--deltag", [...tags, MADE_TAG]), "--", vgName] },
    alreadyDone: {
      command: { argv: ["sh", "-c", UNTAGGED, "spindle", uuid, `spindle.storage=${owner.storageId}`, ...devices] },
    },
    precondition: proveGroup(uuid, vgName, devices),
    undo: {
      title: text("lvm.step.tag", { vg: vgName }),
      command: { argv: ["vgchange", ...devices, ...flagged("--addtag", tags), "--", vgName] },
      proof: proveGroup(uuid, vgName, devices),
    },
  };
}
