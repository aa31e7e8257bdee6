import type { StorageKind } from "./storage.ts";
import { type Text, text } from "./text.ts";

/** A storage, as far as the rules of its life need it. */
export interface LivingStorage {
  name: string;
  kind: StorageKind;
  isMain: boolean;
  isEnabled: boolean;
}

/** Why a storage can't be switched off for new drives; null when it can. One table for pages and server. */
export function disableObstacle({ name, isMain }: LivingStorage): Text | null {
  return isMain ? text("life.obstacle.disable-main", { storage: name }) : null;
}

/** Why a storage can't become its cluster's main one, before any node was looked at; null when it can. */
export function mainObstacle({ name, isEnabled }: LivingStorage): Text | null {
  return isEnabled ? null : text("life.obstacle.main-disabled", { storage: name });
}

/** Why a storage can't be taken out of its cluster; null when it can. `drives`: how many are on it, in whatever state. */
export function removeObstacle({ name, isMain }: LivingStorage, drives: number): Text | null {
  if (isMain) return text("life.obstacle.remove-main", { storage: name });
  return drives > 0 ? text("life.obstacle.remove-drives", { storage: name, count: drives }) : null;
}

/** Why a cluster can't be deleted, whatever its nodes are like; null when it can. `tasks`: those that have not ended. */
export function removeClusterObstacle(
  cluster: string,
  { drives, tasks }: { drives: number; tasks: number },
): Text | null {
  if (drives > 0) return text("life.obstacle.cluster-drives", { cluster, count: drives });
  return tasks > 0 ? text("life.obstacle.cluster-tasks", { cluster, count: tasks }) : null;
}
