import type { DiskFault } from "./disks.ts";
import type { Volume } from "./drive.ts";
import type { Text } from "./text.ts";

/** Health of a node (design: three facts a node, never mixed). */
export const NODE_HEALTHS = ["active", "corrupted", "unreachable", "unknown"] as const;
export type NodeHealth = (typeof NODE_HEALTHS)[number];

/** Status of a storage on one node. `suspect` is not a status: it is `suspect: true` beside the last proven one. */
export const STORAGE_STATUSES = ["ok", "degraded", "lost", "unknown"] as const;
export type StorageStatus = (typeof STORAGE_STATUSES)[number];

export const MEMBERSHIPS = ["joining", "member", "leaving"] as const;
export type Membership = (typeof MEMBERSHIPS)[number];

export const NODE_MODES = ["in-service", "maintenance"] as const;
export type NodeMode = (typeof NODE_MODES)[number];

/** Figures of a node at one moment; bytes, fractions 0..1, seconds. `null` is "not measured", never zero. */
export interface NodeFigures {
  cpu: number | null;
  cpuThreads: number | null;
  memoryTotal: number | null;
  memoryUsed: number | null;
  load1: number | null;
  load5: number | null;
  load15: number | null;
  uptimeSeconds: number | null;
}

/** Space of a storage on a node, in bytes. */
export interface StorageFigures {
  size: number | null;
  used: number | null;
  /** Promised to drives: their virtual sizes; null where the driver can't tell yet. */
  allocated: number | null;
  free: number | null;
}

/** Why a storage is not well: shown word for word, with the command and what it printed. */
export interface Cause {
  /** Which check failed: a catalogue sentence. */
  reason: Text;
  /** The command as it ran on the node, for a person to repeat. */
  command: string;
  /** What it printed, cut at 4 kB. */
  output: string;
  /** What was expected instead, where that says more. */
  expected?: string;
}

/** One finished check of one storage on one node, as a driver read it from the probe's lines. Pure data. */
export interface StorageCheck {
  outcome: "ok" | "degraded" | "failed" | "late";
  cause?: Cause;
  figures?: StorageFigures;
  /** Told apart from lost: it is there, but takes no writes, or no more of them. */
  readOnly?: boolean;
  full?: boolean;
  /**
   * The driver's own details for its page (PVs, metadata space, partitions), validated by the driver. `capacityOf` is
   * known outside of it: an opaque word for what the capacity is that of, equal for storages that share it. What a failed
   * check could still tell takes the place of its own part alone; the rest stays as it was last seen.
   */
  details?: Record<string, unknown>;
  /** Every volume on it, whoever made it; left out where the check did not get that far. */
  volumes?: Volume[];
}

/** A storage on a node as pages see it. Ages are milliseconds at `sentAt` of the carrying event, counted from receipt by a monotonic clock. */
export interface StorageLive {
  storageId: string;
  nodeId: string;
  status: StorageStatus;
  suspect: boolean;
  readOnly: boolean;
  full: boolean;
  /** ISO time of the first of the checks that led to this status. */
  since: string | null;
  confirmedAt: string | null;
  cause: Cause | null;
  checks: number;
  figures: StorageFigures | null;
  figuresAgeMs: number | null;
  checkedAgeMs: number | null;
  /** What the capacity is that of, such as a partition, as the driver calls it; null where it is only this storage's. */
  capacityOf: string | null;
}

/** A node as pages see it. */
export interface NodeLive {
  nodeId: string;
  clusterId: string;
  health: NodeHealth;
  /** A catalogue sentence for the health, with the failing storage or the connection error. */
  reason: Text | null;
  cause: Cause | null;
  since: string | null;
  figures: NodeFigures | null;
  figuresAgeMs: number | null;
  warnings: Text[];
  /** Of its disks, as they were read last: they do not heal while the node is not heard. */
  diskFaults: DiskFault[];
  storages: StorageLive[];
}

/** What a node saw of a storage when it was measured there last. */
export interface StorageLook {
  figures: StorageFigures;
  /** Null where it is not known. */
  ageMs: number | null;
  /** The reader's clock when that age was true; missing where the whole state is of one instant. */
  at?: number;
}

/** The part of a node that is new every second; everything else is as the last `nodes` event said. */
export type FiguresLive = Pick<NodeLive, "nodeId" | "clusterId" | "figures" | "figuresAgeMs">;

/** What an announcement is about. `usage`: thresholds of a storage, or what is expected of storages. */
export type ChangedEntity = "cluster" | "node" | "storage" | "draft" | "task" | "user" | "history" | "drive" | "usage";

/** What the SSE stream carries. `id` grows by one per event in a panel process; a gap means: ask again. */
export type LiveEvent =
  | { type: "nodes"; sentAt: number; nodes: NodeLive[] }
  | { type: "figures"; sentAt: number; nodes: FiguresLive[] }
  | { type: "node-gone"; nodeId: string }
  | { type: "task"; task: TaskEvent }
  | { type: "changed"; entity: ChangedEntity; id: string }
  | { type: "resync" };

export interface TaskEvent {
  id: string;
  state: string;
  stepsDone: number;
  stepsTotal: number;
  current: Text | null;
}
