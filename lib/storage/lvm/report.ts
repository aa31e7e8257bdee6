import { z } from "zod";

export interface PhysicalVolume {
  name: string;
  uuid: string;
  size: number | null;
  isMissing: boolean;
  isDuplicate: boolean;
}

export interface VolumeGroup {
  name: string;
  uuid: string;
  size: number | null;
  free: number | null;
  extentSize: number | null;
  lvCount: number;
  missingPvs: number;
  attributes: string;
  systemId: string;
  lockType: string;
  tags: string[];
  metadataSize: number | null;
  metadataFree: number | null;
  pvs: PhysicalVolume[];
}

export interface Volume {
  name: string;
  uuid: string;
  vgUuid: string;
  isOpen: boolean;
  size: number | null;
  tags: string[];
}

const row = z.record(z.string(), z.string());
const reportSchema = z.object({ report: z.array(z.record(z.string(), z.array(row))).min(1) });

function rowsOf(json: string, name: string): Record<string, string>[] {
  if (json.trim() === "") return [];
  return reportSchema.parse(JSON.parse(json)).report.flatMap((part) => part[name] ?? []);
}

function bytes(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value)) ? Number(value) : null;
}

const tagsOf = (value: string | undefined) => (value ?? "").split(",").filter((tag) => tag !== "");

function readPv(pv: Record<string, string>): PhysicalVolume {
  return {
    name: pv.pv_name ?? "",
    uuid: pv.pv_uuid ?? "",
    size: bytes(pv.pv_size),
    isMissing: (pv.pv_missing ?? "") !== "" || pv.pv_name === "[unknown]",
    isDuplicate: (pv.pv_duplicate ?? "") !== "",
  };
}

function readVg(vg: Record<string, string>, pvs: PhysicalVolume[]): VolumeGroup {
  return {
    name: vg.vg_name ?? "",
    uuid: vg.vg_uuid ?? "",
    size: bytes(vg.vg_size),
    free: bytes(vg.vg_free),
    extentSize: bytes(vg.vg_extent_size),
    lvCount: bytes(vg.lv_count) ?? 0,
    missingPvs: bytes(vg.vg_missing_pv_count) ?? 0,
    attributes: vg.vg_attr ?? "",
    systemId: vg.vg_systemid ?? "",
    lockType: vg.vg_lock_type ?? "",
    tags: tagsOf(vg.vg_tags),
    metadataSize: bytes(vg.vg_mda_size),
    metadataFree: bytes(vg.vg_mda_free),
    pvs,
  };
}

/** Reads `vgs`, `pvs` and `lvs` as `--reportformat json --units b --nosuffix` prints them; PVs without a VG are left out. */
export function readReport(vgs: string, pvs: string, lvs: string): { groups: VolumeGroup[]; volumes: Volume[] } {
  const physical = rowsOf(pvs, "pv");
  const groups = rowsOf(vgs, "vg").map((vg) =>
    readVg(vg, physical.filter((pv) => pv.vg_uuid === vg.vg_uuid).map(readPv)),
  );
  const volumes = rowsOf(lvs, "lv").map(
    (lv): Volume => ({
      name: lv.lv_name ?? "",
      uuid: lv.lv_uuid ?? "",
      vgUuid: lv.vg_uuid ?? "",
      isOpen: lv.lv_attr?.[5] === "o",
      size: bytes(lv.lv_size),
      tags: tagsOf(lv.lv_tags),
    }),
  );
  return { groups, volumes };
}
