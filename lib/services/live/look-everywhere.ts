import type { NodeLive, StorageLive } from "../../domain/live.ts";
import { subscribe } from "../../live/bus.ts";
import { hubCheckBegun, hubNode, recheckNode } from "../../live/hub.ts";

/**
 * The storage on each of these nodes, from checks that were asked for after `since` (monotonic): nodes that have such a
 * check already are not asked again, the others are asked at once. One that ran already then may have seen what is over,
 * and the hub has another follow it. Null for a node without one within `deadlineMs`, and for all where no hub runs in
 * this process.
 */
export async function lookEverywhere(
  storageId: string,
  nodeIds: readonly string[],
  since: number,
  deadlineMs: number,
): Promise<Map<string, StorageLive | null>> {
  const found = new Map<string, StorageLive | null>(nodeIds.map((id) => [id, null]));
  const missing = new Set(nodeIds);
  const take = (node: NodeLive | null) => {
    const storage = node?.storages.find((one) => one.storageId === storageId);
    if (!node || !storage || storage.suspect || !missing.has(node.nodeId)) return;
    if ((hubCheckBegun(node.nodeId, storageId) ?? Number.NEGATIVE_INFINITY) < since) return;
    missing.delete(node.nodeId);
    found.set(node.nodeId, storage);
  };
  for (const nodeId of nodeIds) take(hubNode(nodeId));
  const asked = [...missing].filter((nodeId) => recheckNode(nodeId, storageId));
  if (asked.length > 0)
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        forget();
        resolve();
      };
      const timer = setTimeout(end, deadlineMs);
      const forget = subscribe(({ event }) => {
        if (event.type === "nodes") for (const node of event.nodes) take(node);
        if (asked.every((nodeId) => !missing.has(nodeId))) end();
      });
    });
  return found;
}
