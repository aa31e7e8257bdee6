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
