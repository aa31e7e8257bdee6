import type { Membership, NodeHealth, NodeLive, NodeMode, StorageLive, StorageStatus } from "./live.ts";
import { DEFAULT_THRESHOLDS, type Thresholds } from "./usage.ts";
import type { StepState, TaskState } from "./plan.ts";
import type { PreflightState } from "./preflight.ts";

/** What a state means to the eye. A badge is always icon, word and tone together. */
export type Tone = "ok" | "warn" | "bad" | "busy" | "unknown";

export const HEALTH_TONE: Record<NodeHealth, Tone> = {
  active: "ok",
  corrupted: "bad",
  unreachable: "bad",
  unknown: "unknown",
};

export const STORAGE_TONE: Record<StorageStatus, Tone> = {
  ok: "ok",
  degraded: "warn",
  lost: "bad",
  unknown: "unknown",
};

export const TASK_TONE: Record<TaskState, Tone> = {
  queued: "unknown",
  running: "busy",
  undoing: "warn",
  done: "ok",
  undone: "warn",
  failed: "bad",
  cancelled: "unknown",
};

export const STEP_TONE: Record<StepState, Tone> = {
  pending: "unknown",
  running: "busy",
  done: "ok",
  failed: "bad",
  skipped: "ok",
  undoing: "warn",
  undone: "unknown",
  left: "bad",
};

export const PREFLIGHT_TONE: Record<PreflightState, Tone> = { pass: "ok", warning: "warn", fail: "bad" };

/** The one word a node is shown with. */
export type NodeWord = NodeHealth | "warnings" | "maintenance" | "joining" | "leaving";

export const NODE_WORD_TONE: Record<NodeWord, Tone> = {
  ...HEALTH_TONE,
  warnings: "warn",
  maintenance: "unknown",
  joining: "busy",
  leaving: "busy",
};

/** Worst first: the order in which nodes and clusters are listed. */
const WORST_FIRST: readonly NodeWord[] = [
  "corrupted",
  "unreachable",
  "warnings",
  "unknown",
  "joining",
  "leaving",
  "maintenance",
  "active",
];

export function badness(word: NodeWord): number {
  return WORST_FIRST.indexOf(word);
}

/** Three facts of a node in one word, the worst of them (membership, mode and health are never mixed in the data). */
export function nodeWord(
  node: { membership: Membership; mode: NodeMode },
  live: Pick<NodeLive, "health" | "warnings" | "diskFaults" | "storages"> | undefined,
): NodeWord {
  const health = live?.health ?? "unknown";
  if (health === "corrupted" || health === "unreachable") return health;
  if (node.membership !== "member") return node.membership;
  if (health === "unknown") return "unknown";
  if (live && warningCount(live) > 0) return "warnings";
  return node.mode === "maintenance" ? "maintenance" : "active";
}

/** Warnings said by the node, or, where it says none, its storages that are not well; and disks with faults. */
export function warningCount(live: Pick<NodeLive, "warnings" | "diskFaults" | "storages">): number {
  return (live.warnings.length || live.storages.filter(isStorageWrong).length) + live.diskFaults.length;
}

export type StorageWord = StorageStatus | "suspect" | "readOnly" | "full";

/** The one word of a storage on a node: read only and full are told apart from lost, a single failed check from a proven loss. */
export function storageWord(live: StorageLive | undefined): StorageWord {
  if (!live) return "unknown";
  if (live.status === "lost" || live.status === "unknown") return live.status;
  if (live.full) return "full";
  if (live.readOnly) return "readOnly";
  return live.suspect ? "suspect" : live.status;
}

export const STORAGE_WORD_TONE: Record<StorageWord, Tone> = {
  ...STORAGE_TONE,
  full: "bad",
  readOnly: "warn",
  suspect: "warn",
};

export function isStorageWrong(storage: StorageLive): boolean {
  return (
    storage.status === "lost" || storage.status === "degraded" || storage.readOnly || storage.full || storage.suspect
  );
}

/** Amber from the warning on, red from the critical share on; null below. */
export function capacityTone(
  fraction: number | null,
  thresholds: Thresholds = DEFAULT_THRESHOLDS,
): "warn" | "bad" | null {
  if (fraction === null || fraction < thresholds.warning) return null;
  return fraction >= thresholds.critical ? "bad" : "warn";
}
