import { z } from "zod";
import type { GroupDetails, PhysicalVolume } from "../../domain/storage-details.ts";
import { bytesOf } from "../probe-dirs.ts";
import { pvLink } from "./steps.ts";

interface LvmVg extends GroupDetails {
  attributes: string;
  tags: string[];
}

export interface LvmLv {
  name: string;
  uuid: string;
  size: number | null;
  tags: string[];
  health: string;
}

/** An active map of the kernel: the LV as guests reach it, whatever the metadata says. */
export interface LvmMap {
  name: string;
  /** UUID of the LV without dashes, as the map carries it; empty where it was not said. */
  uuid: string;
  isOpen: boolean;
  /** `8:0`: numbers of the devices it lies on. */
  devices: string[];
  /** Lies on a device that is no longer there: every read fails until `lvchange --refresh`. */
  isStale: boolean;
}

/** One check, read: the pinned VG if it is there, whatever else was met, and the command with what it printed. */
export interface LvmReport {
  vg: LvmVg | null;
  others: { name: string; uuid: string }[];
  pvs: PhysicalVolume[];
  lvs: LvmLv[];
  maps: LvmMap[];
  /** The lists are whole: every LV of the VG, every map of it. */
  isListed: boolean;
  isMapped: boolean;
  reads: { uuid: string; isOk: boolean; output: string }[];
  /** PVs whose device the node does not have. */
  absent: string[];
  command: string;
  output: string;
}

const word = z.string().catch("");
const vgRow = z.object({
  vg_name: z.string(),
  vg_uuid: z.string(),
  vg_attr: word,
  vg_size: word,
  vg_free: word,
  vg_extent_size: word,
  vg_extent_count: word,
  vg_free_count: word,
  vg_mda_size: word,
  vg_mda_free: word,
  vg_tags: word,
  pv_uuid: word,
  pv_name: word,
  pv_size: word,
  pv_free: word,
  pv_missing: word,
});
type VgRow = z.infer<typeof vgRow>;
const lvRow = z.object({ lv_name: z.string(), lv_uuid: word, lv_size: word, lv_tags: word, lv_health_status: word });

/** One row of an LVM report, as it stands alone in its line. */
function rowOf<T>(schema: z.ZodType<T>, line: string): T | null {
  try {
    return schema.safeParse(JSON.parse(line.trim().replace(/,$/, ""))).data ?? null;
  } catch {
    // Cut off, or not JSON: as good as not said.
    return null;
  }
}

const listOf = (words: string) => words.split(",").filter((entry) => entry !== "");

function vgOf(row: VgRow): LvmVg {
  return {
    name: row.vg_name,
    uuid: row.vg_uuid,
    attributes: row.vg_attr,
    size: bytesOf(row.vg_size),
    free: bytesOf(row.vg_free),
    extentSize: bytesOf(row.vg_extent_size),
    extents: bytesOf(row.vg_extent_count),
    freeExtents: bytesOf(row.vg_free_count),
    metadataSize: bytesOf(row.vg_mda_size),
    metadataFree: bytesOf(row.vg_mda_free),
    tags: listOf(row.vg_tags),
  };
}

function pvOf(row: VgRow): PhysicalVolume {
  const isMissing = row.pv_missing !== "";
  const device = isMissing ? null : row.pv_name;
  return { uuid: row.pv_uuid, device, size: bytesOf(row.pv_size), free: bytesOf(row.pv_free), isMissing };
}

/** More LVs than this make no page and no plan: then the list counts as not read. */
const MAX_LVS = 10_000;
const MAX_OUTPUT = 4096;

interface Look {
  code: number;
  devices: string;
  rows: VgRow[];
  printed: string[];
}

/** Looks in the order they were made: the last that ended well counts, else the first, which names the storage's own devices. */
function lastGood(looks: Look[]): Look | undefined {
  return looks.findLast((look) => look.code === 0 && look.rows.length > 0) ?? looks[0];
}

const FIELDS = Object.keys(vgRow.shape).join(",");

/** Reads the lines of `check_lvm`. */
export function readLvmReport(lines: readonly string[], vgUuid: string): LvmReport {
  const looks: Look[] = [];
  const report: LvmReport = {
    vg: null,
    others: [],
    pvs: [],
    lvs: [],
    maps: [],
    isListed: false,
    isMapped: false,
    reads: [],
    absent: [],
    command: "",
    output: "",
  };
  const stale = new Set<string>();
  for (const line of lines) readLine(report, looks, stale, line);
  for (const map of report.maps) map.isStale = stale.has(map.name);
  const own = looks.findLast((look) => look.rows.some((row) => row.vg_uuid === vgUuid));
  const look = own ?? lastGood(looks);
  const rows = look?.rows.filter((row) => row.vg_uuid === vgUuid) ?? [];
  report.vg = rows[0] ? vgOf(rows[0]) : null;
  report.pvs = rows.map(pvOf);
  const others = looks.flatMap((each) => each.rows).filter((row) => row.vg_uuid !== vgUuid);
  report.others = [...new Map(others.map((row) => [row.vg_uuid, { name: row.vg_name, uuid: row.vg_uuid }])).values()];
  report.absent = [...new Set(report.absent)];
  report.command = look
    ? `vgs --readonly --devices ${look.devices} --reportformat json --units b --nosuffix -o ${FIELDS}`
    : `ls ${report.absent.map(pvLink).join(" ")}`;
  const absent = report.absent.map((uuid) => `${pvLink(uuid)}: No such file or directory`);
  report.output = [...absent, ...(look?.printed ?? [])].join("\n").slice(0, MAX_OUTPUT);
  return report;
}

function readLine(report: LvmReport, looks: Look[], stale: Set<string>, line: string): void {
  const [kind, first = "", ...rest] = line.split(" ");
  const look = looks.at(-1);
  if (kind === "look") looks.push({ code: Number(first), devices: rest.join(" "), rows: [], printed: [] });
  else if (kind === "vg" && look) {
    const row = rowOf(vgRow, line.slice(3));
    if (row) look.rows.push(row);
    look.printed.push(line.slice(3));
  } else if (kind === "err" && look) look.printed.push(line.slice(4));
  else if (kind === "absent") report.absent.push(first);
  else if (kind === "read") report.reads.push({ uuid: first, isOk: rest[0] === "ok", output: rest.slice(1).join(" ") });
  else if (kind === "map") {
    const [open, devices = "", uuid = ""] = rest;
    report.maps.push({ name: first, uuid, isOpen: Number(open) > 0, devices: listOf(devices), isStale: false });
  } else if (kind === "listed") report.isListed = report.lvs.length < MAX_LVS;
  else if (kind === "mapped") report.isMapped = true;
  else if (kind === "stale") stale.add(first);
  else if (line.trimStart().startsWith('{"lv_name"') && report.lvs.length < MAX_LVS) addVolume(report, line);
}

function addVolume(report: LvmReport, line: string): void {
  const row = rowOf(lvRow, line);
  if (!row) return;
  const size = bytesOf(row.lv_size);
  report.lvs.push({
    name: row.lv_name,
    uuid: row.lv_uuid,
    size,
    tags: listOf(row.lv_tags),
    health: row.lv_health_status,
  });
}
