import { type Text, text } from "./text.ts";
import { formatPercent } from "./units.ts";

/** What a disk says of itself. Everything but `health` is null where it does not say. */
export interface DiskSmart {
  health: "passed" | "failed" | "unknown";
  /** Why it is unknown. */
  reason: Text | null;
  /** Degrees Celsius. */
  temperature: number | null;
  powerOnHours: number | null;
  /** Sectors replaced by spare ones; on SAS disks the grown defects. */
  reallocated: number | null;
  /** Sectors that could not be read and wait to be replaced. */
  pending: number | null;
  /** Share of the rated life that is used; may pass 1. */
  wear: number | null;
  /** Data that an NVMe disk could not give back. */
  mediaErrors: number | null;
}

/** What lies on a disk: a partition, a file system, an LV, and so on down. */
export interface DiskUse {
  name: string;
  /** As lsblk calls it: `part`, `lvm`, `crypt`, `raid1`, `mpath`; `disk` for the disk itself. */
  type: string;
  fileSystem: string | null;
  mounts: string[];
}

export interface Disk {
  name: string;
  /** The name that stays: below /dev/disk/by-id. */
  byId: string | null;
  model: string | null;
  serial: string | null;
  /** Bytes. */
  size: number | null;
  rotational: boolean | null;
  transport: string | null;
  uses: DiskUse[];
  /** Null where nobody asked it: no smartctl, or a disk that another machine serves. */
  smart: DiskSmart | null;
}

/** One look at a node's disks. */
export interface DiskReport {
  hasSmartctl: boolean;
  disks: Disk[];
}

/** A node's disks as pages see them. */
export interface NodeDisks {
  report: DiskReport | null;
  /** ISO time of the report. */
  measuredAt: string | null;
  /** Why the last look brought none; the report is an older one then. */
  problem: Text | null;
}

/** What of a disk's figures can say that it wears out or has lost data, gravest first. */
const FAULTS = ["pending", "mediaErrors", "reallocated", "wear"] as const;
export type DiskFigure = (typeof FAULTS)[number];

/** Whether a figure needs somebody. One rule for the disk's own line, its node and the overview; what is not said is no fault. */
export function isFaulty(figure: DiskFigure, smart: DiskSmart): boolean {
  const value = smart[figure];
  return value !== null && value >= 1;
}

/** What is wrong with a disk of a node. */
export interface DiskFault {
  /** The disk itself says that it is failing; else it goes on, with faults. */
  isFailing: boolean;
  text: Text;
}

/** What is wrong with a disk, the gravest of it; null where it says nothing bad. */
export function diskFault({ name: disk, smart }: Disk): DiskFault | null {
  if (!smart) return null;
  if (smart.health === "failed") return { isFailing: true, text: text("live.disk.failing", { disk }) };
  const worst = FAULTS.find((figure) => isFaulty(figure, smart));
  if (!worst) return null;
  const value = smart[worst] ?? 0;
  const values: Text["values"] = worst === "wear" ? { disk, percent: formatPercent(value) } : { disk, value };
  return { isFailing: false, text: text(`live.disk.${worst}`, values) };
}

/** The faults of a node's disks, those that fail first. */
export function diskFaults(report: DiskReport | null): DiskFault[] {
  const faults = (report?.disks ?? []).flatMap((disk) => diskFault(disk) ?? []);
  return [...faults.filter((fault) => fault.isFailing), ...faults.filter((fault) => !fault.isFailing)];
}
