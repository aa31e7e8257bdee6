import { setTimeout as pause } from "node:timers/promises";
import type { StorageLive } from "../../domain/live.ts";
import { hubLive, recheckNode } from "../../live/hub.ts";

const POLL_MS = 200;

/**
 * The storage on each of these nodes, from checks that began after `since` (monotonic); null for a node without one in
 * time, and for all where no hub runs in this process.
 */
export async function lookEverywhere(
  storageId: string,
  nodeIds: readonly string[],
  since: number,
  deadlineMs: number,
): Promise<Map<string, StorageLive | null>> {
  const found = new Map<string, StorageLive | null>();
  if (hubLive() !== null) {
    for (const nodeId of nodeIds) recheckNode(nodeId, storageId);
    while (found.size < nodeIds.length && performance.now() - since < deadlineMs) {
      for (const node of hubLive() ?? []) {
        const storage = node.storages.find((one) => one.storageId === storageId);
        const isFresh = storage?.checkedAgeMs != null && storage.checkedAgeMs < performance.now() - since;
        if (storage && isFresh && !storage.suspect && nodeIds.includes(node.nodeId)) found.set(node.nodeId, storage);
      }
      if (found.size < nodeIds.length) await pause(POLL_MS);
    }
  }
  return new Map(nodeIds.map((id) => [id, found.get(id) ?? null]));
}
