import type { Text } from "./text.ts";

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
