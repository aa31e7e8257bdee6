import type { Volume } from "../../domain/drive.ts";
import type { Ownership } from "../contract.ts";
import { decodeLabel, isOwnMark } from "../drive-marks.ts";
import { ASIDE, driveOfLv } from "./aside.ts";
import type { LvmReport } from "./probe-report.ts";

/** What a tag `spindle.NAME=…` says; undefined where there is none. */
function tagValue(tags: readonly string[], name: string): string | undefined {
  const prefix = `spindle.${name}=`;
  return tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length);
}

/** Every LV of the VG as a volume: RAW takes its whole size. Activation and use come from the kernel's maps. */
export function readLvmVolumes(report: LvmReport, owner: Pick<Ownership, "panelId" | "storageId">): Volume[] {
  const maps = new Map(report.maps.map((map) => [map.uuid, map]));
  return report.lvs.map(({ name, uuid, size, tags }) => {
    const mark = {
      panel: tagValue(tags, "panel"),
      storage: tagValue(tags, "storage"),
      drive: tagValue(tags, "drive"),
    };
    const label = tagValue(tags, "label");
    const drive = driveOfLv(name);
    const isOwn = isOwnMark(mark, owner, drive);
    const map = maps.get(uuid.replaceAll("-", ""));
    return {
      name,
      drive: isOwn ? drive : null,
      label: label === undefined ? null : decodeLabel(label),
      size,
      used: size,
      isActive: report.isMapped ? map !== undefined : null,
      isOpen: report.isMapped ? map?.isOpen === true : null,
      isBlanking: tagValue(tags, "blank-from") !== undefined,
      isWiping: isOwn && name.endsWith(ASIDE),
    };
  });
}
