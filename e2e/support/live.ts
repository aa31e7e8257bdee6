import { expect, type Page } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";
import type { NodeHistory, PanelView } from "../../lib/domain/dto.ts";
import type { StorageLive } from "../../lib/domain/live.ts";

/** What the panel has of one storage on one node. */
export interface StorageNow {
  node: string;
  storage: string;
  live: StorageLive;
  /** When its last check ended, by this machine's clock; 0 before the first. */
  checkedAt: number;
}

/** All nodes as the panel's pages begin with them. */
const panelNow = async (page: Page): Promise<PanelView> => (await page.request.get("/api/clusters")).json();

/** Every storage on every node, as numbers where the pages have words. */
export async function storagesNow(page: Page): Promise<StorageNow[]> {
  const { clusters, live, sentAt } = await panelNow(page);
  const names = new Map<string, string>(
    clusters.flatMap(({ nodes, storages }) => [...nodes, ...storages].map(({ id, name }) => [id, name] as const)),
  );
  return live.flatMap(({ nodeId, storages }) =>
    storages.map((one) => ({
      node: names.get(nodeId) ?? "",
      storage: names.get(one.storageId) ?? "",
      live: one,
      checkedAt: one.checkedAgeMs === null ? 0 : sentAt - one.checkedAgeMs,
    })),
  );
}

/** Waits until every storage is proven on every node: until then figures are as old as the scene, and history has more to come. */
export async function allWell(page: Page): Promise<void> {
  const areWell = async () => (await storagesNow(page)).every(({ live }) => live.status === "ok" && !live.suspect);
  await expect.poll(areWell, { timeout: 120_000 }).toBe(true);
}

/** Waits for a check of the storage that has begun after now: the second one that ends from now on. */
export async function checkedAnew(page: Page, node: LabNode, storage: string): Promise<void> {
  let last = Date.now();
  let ended = 0;
  const look = async () => {
    const own = (await storagesNow(page)).find((one) => one.node === node.name && one.storage === storage);
    // Of one and the same check it is a millisecond more or less each time.
    if (own && own.checkedAt > last + 100) {
      last = own.checkedAt;
      ended += 1;
    }
    return ended;
  };
  await expect.poll(look, { timeout: 300_000, intervals: [1_000] }).toBeGreaterThanOrEqual(2);
}

/** The changes that the history of the node has since then, its own and its storages': `shared: ok → degraded`. */
export async function changesSince(page: Page, { name }: LabNode, since: number): Promise<string[]> {
  const { clusters } = await panelNow(page);
  const own = clusters.flatMap(({ nodes }) => nodes).find((node) => node.name === name);
  const answer = await page.request.get(`/api/nodes/${own?.id}/history`);
  const { entries } = (await answer.json()) as NodeHistory;
  return entries.flatMap((entry) =>
    entry.kind === "status" && Date.parse(entry.at) >= since
      ? [`${entry.storage ?? "node"}: ${entry.from} → ${entry.to}`]
      : [],
  );
}
