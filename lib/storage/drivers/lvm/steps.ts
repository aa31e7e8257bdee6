import type { Check, NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import type { Ownership } from "../../contract.ts";
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

function vgCheck(devices: string[], field: string, selection: string, stdout: string): Check {
  return { command: { argv: ["vgs", ...devices, "--noheadings", "-o", field, "-S", selection] }, stdout };
}

const isVg = (uuid: string, name: string) => `vg_uuid=${uuid} && vg_name=${name}`;

const RENAME_BACK = `from=$1 to=$2 uuid=$3
shift 3
name=$(vgs "$@" --noheadings -o vg_name -S "vg_uuid=$uuid" | tr -d ' ')
[ "$name" = "$from" ] || exit 0
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

const tagArguments = (flag: "--addtag" | "--deltag", owner: Ownership) =>
  ownerTags(owner).flatMap((tag) => [flag, tag]);

/** Marks a VG as this storage's. `name` is the VG's name when the step runs. */
export function tagStep(target: string, group: VolumeGroup, name: string, owner: Ownership): NodeStep {
  const devices = onlyDevices(group.pvs.map((pv) => pv.uuid));
  const all = ownerTags(owner)
    .map((tag) => `"${tag}"`)
    .join(" && ");
  return {
    kind: "node",
    id: "tag",
    target,
    title: text("lvm.step.tag", { vg: name }),
    command: { argv: ["vgchange", ...devices, ...tagArguments("--addtag", owner), "--", name] },
    alreadyDone: vgCheck(devices, "vg_uuid", `vg_uuid=${group.uuid} && vg_tags={${all}}`, group.uuid),
    precondition: vgCheck(devices, "vg_uuid", isVg(group.uuid, name), group.uuid),
    undo: {
      title: text("lvm.step.untag", { vg: name }),
      command: { argv: ["vgchange", ...devices, ...tagArguments("--deltag", owner), "--", name] },
      proof: vgCheck(devices, "vg_uuid", isVg(group.uuid, name), group.uuid),
    },
  };
}

/** Passes where the VG with the UUID $1 is there and does not carry the tag $2; a VG that is gone proves nothing. */
const UNTAGGED = `uuid=$1 tag=$2
shift 2
found=$(vgs "$@" --noheadings --separator , -o vg_uuid,vg_tags -S "vg_uuid=$uuid") || exit 1
case ",\${found#"\${found%%[! ]*}"}," in
  *",$tag,"*) exit 1 ;;
  ",$uuid,"*) exit 0 ;;
esac
exit 1`;

/** Takes the storage's own tags off the VG it was pinned by; nothing else of the VG is touched. */
export function untagStep(
  target: string,
  { uuid, name, devices }: { uuid: string; name: string; devices: string[] },
  owner: Ownership,
): NodeStep {
  const isThere = vgCheck(devices, "vg_uuid", isVg(uuid, name), uuid);
  const mark = `spindle.storage=${owner.storageId}`;
  return {
    kind: "node",
    id: "untag",
    target,
    title: text("lvm.step.untag", { vg: name }),
    command: { argv: ["vgchange", ...devices, ...tagArguments("--deltag", owner), "--", name] },
    alreadyDone: { command: { argv: ["sh", "-c", UNTAGGED, "spindle", uuid, mark, ...devices] } },
    precondition: isThere,
    undo: {
      title: text("lvm.step.tag", { vg: name }),
      command: { argv: ["vgchange", ...devices, ...tagArguments("--addtag", owner), "--", name] },
      proof: isThere,
    },
  };
}
