import { z } from "zod";
import type { Command } from "../../domain/plan.ts";
import type { Part } from "../../domain/parts.ts";
import type { Reader } from "../contract.ts";
import { readSections, SECTION_SCRIPT } from "../sections.ts";
import { readReport, type VolumeGroup } from "./report.ts";

export interface PvFacts {
  uuid: string;
  device: string;
  /** Bytes of all its extents, and of those that hold something. */
  size: number;
  used: number;
  /** Bytes of its device, and of the extents that there is room for on it since it has grown. */
  deviceSize: number;
  grown: number;
  isMissing: boolean;
}

/** A VG with its PVs as they are now. */
export interface GroupFacts {
  /** Null: not found on its PVs. */
  group: VolumeGroup | null;
  pvs: PvFacts[];
  /** A move was cut short, or goes on. */
  isMoving: boolean;
  systemId: string;
}

const REPORT = `${SECTION_SCRIPT}
uuid=$1
shift
section system-id; lvm systemid 2>/dev/null
json='--reportformat json --units b --nosuffix'
section vgs
vgs "$@" $json --foreign --shared -S "vg_uuid=$uuid" -o vg_name,vg_uuid,vg_size,vg_free,vg_extent_size,lv_count,pv_count,vg_missing_pv_count,vg_attr,vg_systemid,vg_lock_type,vg_tags,vg_mda_free,vg_mda_size
section pvs
pvs "$@" $json --foreign --shared -S "vg_uuid=$uuid" -o pv_name,pv_uuid,vg_uuid,pv_size,pv_missing,pv_duplicate,pv_pe_count,pv_pe_alloc_count,dev_size,pe_start,pv_mda_count,pv_mda_size
section lvs
lvs "$@" -a --foreign --shared --noheadings -S "vg_uuid=$uuid" -o lv_name
section end
`;

const reportCommand = (vgUuid: string, devices: readonly string[]): Command => ({
  argv: ["sh", "-c", REPORT, "spindle", vgUuid, ...devices],
  timeoutMs: 90_000,
});

const count = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number);
const pvRow = z.object({
  ...{ pv_uuid: z.string(), pv_name: z.string(), pv_missing: z.string().default("") },
  ...{ pv_pe_count: count, pv_pe_alloc_count: count, dev_size: count, pe_start: count },
  ...{ pv_mda_count: count, pv_mda_size: count },
});
type PvRow = z.infer<typeof pvRow>;
const pvsSchema = z.object({ report: z.array(z.object({ pv: z.array(pvRow) })).min(1) });

/** Extents for which a PV's device has room beyond those it has. A second metadata area lies at its end. */
function grownExtents(row: PvRow, extent: number): number {
  const end = row.dev_size - (row.pv_mda_count > 1 ? row.pv_mda_size : 0);
  return extent === 0 ? 0 : Math.max(0, Math.floor((end - row.pe_start) / extent) - row.pv_pe_count);
}

function readPvs(json: string, extent: number): PvFacts[] {
  if (json.trim() === "") return [];
  return pvsSchema
    .parse(JSON.parse(json))
    .report.flatMap(({ pv }) => pv)
    .map((row) => ({
      ...{ uuid: row.pv_uuid, device: row.pv_name },
      ...{ size: row.pv_pe_count * extent, used: row.pv_pe_alloc_count * extent },
      ...{ deviceSize: row.dev_size, grown: grownExtents(row, extent) * extent },
      isMissing: row.pv_missing !== "" || row.pv_name === "[unknown]",
    }));
}

/** Reads the report of one VG. Throws an Error where it is not whole, or not understood. */
export function readPartsReport(stdout: string): GroupFacts {
  const sections = readSections(stdout);
  if (!sections.has("end")) throw new Error("The node did not say everything about its volume group");
  const get = (name: string) => sections.get(name) ?? "";
  const { groups } = readReport(get("vgs"), get("pvs"), "");
  const group = groups[0] ?? null;
  return {
    group,
    pvs: group ? readPvs(get("pvs"), group.extentSize ?? 0) : [],
    isMoving: /\[?pvmove\d+\]?/.test(get("lvs")),
    systemId: /system ID: (\S+)/.exec(get("system-id"))?.[1] ?? "",
  };
}

/** Looks at a joined VG. `devices`: words that name the only ones opened. */
export async function readGroupFacts(read: Reader, vgUuid: string, devices: readonly string[]): Promise<GroupFacts> {
  return readPartsReport((await read(reportCommand(vgUuid, devices))).stdout);
}

export function partOf({ uuid, device, size, used, isMissing }: PvFacts): Part {
  return { id: uuid, device: isMissing ? null : device, size, free: size - used, isMissing };
}
