import type { VolumeGroup } from "./report.ts";

/** What keeps a VG from being changed at all; null for none. */
export function stateObstacle(
  group: VolumeGroup,
  systemId: string,
): "partial" | "exported" | "shared" | "system-id" | "read-only" | "duplicate" | null {
  if (group.missingPvs > 0 || group.attributes[3] === "p" || group.pvs.some((pv) => pv.isMissing)) return "partial";
  if (group.pvs.some((pv) => pv.isDuplicate)) return "duplicate";
  if (group.attributes[2] === "x") return "exported";
  if (group.attributes[5] === "s" || group.attributes[5] === "c" || !["", "none"].includes(group.lockType))
    return "shared";
  if (group.systemId !== "" && group.systemId !== systemId) return "system-id";
  return group.attributes[0] === "r" ? "read-only" : null;
}
