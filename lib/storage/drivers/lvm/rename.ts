import { type Text, text } from "../../../domain/text.ts";
import type { LvmFacts } from "./facts.ts";
import type { VolumeGroup } from "../../lvm/report.ts";
import { stateObstacle } from "../../lvm/state.ts";

/** As the device mapper writes a VG's name: every dash twice. */
const mapped = (name: string) => name.replaceAll("-", "--");

/** Whether a device is the map of an LV of this VG: `data-x` and `data--x-y` are maps of different VGs. */
function isMapOf(device: string, vgName: string): boolean {
  const prefix = `/dev/mapper/${mapped(vgName)}-`;
  return device.startsWith(prefix) && device[prefix.length] !== "-";
}

/** Whether a line of some file speaks of a VG, or of what lies on its LVs. */
function speaksOf(line: string, { name }: VolumeGroup, contents: LvmFacts["contents"]): boolean {
  if (/^\s*#/.test(line)) return false;
  const words = line.split(/[\s=,;'"]+/);
  const isName = (word: string) => word === name || word.startsWith(`${name}/`) || word.startsWith(`/dev/${name}/`);
  if (words.some((word) => isName(word) || isMapOf(word, name))) return true;
  const own = contents.filter((content) => isMapOf(content.device, name));
  return own.some(({ uuid, label }) => [uuid, label].some((value) => value !== "" && words.includes(value)));
}

/** Why a VG must keep its name; null when it may be renamed (safety: LVM). */
export function renameObstacle(group: VolumeGroup, wanted: string, facts: LvmFacts): Text | null {
  const values = { vg: group.name };
  const stateOf = stateObstacle(group, facts.systemId);
  if (stateOf) return text(`lvm.rename.${stateOf}`, values);
  const open = facts.volumes
    .filter((volume) => volume.vgUuid === group.uuid && volume.isOpen)
    .map((volume) => volume.name);
  if (open.length > 0)
    return text("lvm.rename.open", { ...values, volumes: open.slice(0, 5).join(", "), count: open.length });
  for (const { name, text: content } of facts.places) {
    const line = content.split("\n").find((one) => speaksOf(one, group, facts.contents));
    if (line) return text("lvm.rename.named", { ...values, place: name, line: line.trim().slice(0, 200) });
  }
  return facts.nameInDev ? text("lvm.rename.name-in-dev", { ...values, wanted }) : null;
}
