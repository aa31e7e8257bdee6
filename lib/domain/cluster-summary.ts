import { type NodeWord, nodeWord } from "./badges.ts";
import type { ClusterView, StorageView } from "./dto.ts";
import type { NodeLive, StorageFigures } from "./live.ts";

type Live = Readonly<Record<string, NodeLive>>;

/** How many nodes are shown with each word. */
export function countWords(cluster: ClusterView, live: Live): Partial<Record<NodeWord, number>> {
  const counts: Partial<Record<NodeWord, number>> = {};
  for (const node of cluster.nodes) {
    const word = nodeWord(node, live[node.id]);
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

/** Mean of the known ones; null where nothing is known. */
function mean(values: (number | null | undefined)[]): number | null {
  const known = values.filter((value): value is number => value !== null && value !== undefined);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Nodes whose figures count: those that answer. */
function heard(cluster: ClusterView, live: Live): NodeLive[] {
  return cluster.nodes.flatMap((node) => {
    const state = live[node.id];
    return state && (state.health === "active" || state.health === "corrupted") ? [state] : [];
  });
}

/** CPU as the mean of the nodes' fractions, memory as used of total over all of them; null where no node answers. */
export function clusterLoad(cluster: ClusterView, live: Live): { cpu: number | null; memory: number | null } {
  const nodes = heard(cluster, live);
  const measured = nodes.flatMap(({ figures }) =>
    figures && figures.memoryTotal !== null && figures.memoryUsed !== null
      ? [{ total: figures.memoryTotal, used: figures.memoryUsed }]
      : [],
  );
  const total = measured.reduce((sum, each) => sum + each.total, 0);
  return {
    cpu: mean(nodes.map((node) => node.figures?.cpu)),
    memory: total > 0 ? measured.reduce((sum, each) => sum + each.used, 0) / total : null,
  };
}

function capacityOf(storageId: string, live: NodeLive | undefined): string | null {
  return live?.storages.find((each) => each.storageId === storageId)?.capacityOf ?? null;
}

/** The first of `others` that has one capacity with this storage on a node; null where it has its own. */
export function sharesCapacityWith(
  storage: StorageView,
  others: readonly StorageView[],
  live: NodeLive | undefined,
): StorageView | null {
  const own = capacityOf(storage.id, live);
  if (own === null) return null;
  return others.find((other) => other.id !== storage.id && capacityOf(other.id, live) === own) ?? null;
}

/** Those of `storages` that come before this one: a capacity that several have is counted with the first of them. */
export function storagesBefore(storage: StorageView, storages: readonly StorageView[]): StorageView[] {
  return storages.slice(
    0,
    storages.findIndex((each) => each.id === storage.id),
  );
}

/**
 * What a storage adds to its cluster's space: its totals without the nodes on which its capacity is counted with a
 * storage before it. `countedWith` is that storage where nothing is left to add.
 */
export function addedCapacity(
  storage: StorageView,
  storages: readonly StorageView[],
  cluster: ClusterView,
  live: Live,
): { totals: StorageFigures | null; countedWith: StorageView | null } {
  const before = storagesBefore(storage, storages);
  const shared = cluster.nodes.flatMap((node) => sharesCapacityWith(storage, before, live[node.id]) ?? []);
  if (shared.length === 0) return { totals: storageTotals(storage, cluster, live), countedWith: null };
  const own = cluster.nodes.filter((node) => sharesCapacityWith(storage, before, live[node.id]) === null);
  const totals = storageTotals(storage, { ...cluster, nodes: own }, live);
  return { totals, countedWith: totals === null ? (shared[0] ?? null) : null };
}

/** A storage's space over all nodes: summed for local ones, of any node for a shared one; null where nothing is measured. */
export function storageTotals(storage: StorageView, cluster: ClusterView, live: Live): StorageFigures | null {
  const all = cluster.nodes.flatMap(
    (node) => live[node.id]?.storages.find((each) => each.storageId === storage.id)?.figures ?? [],
  );
  const known = all.filter((figures) => figures.size !== null && figures.used !== null);
  const counted = storage.shared ? known.slice(0, 1) : known;
  if (counted.length === 0) return null;
  const sum = (pick: (figures: StorageFigures) => number | null) =>
    counted.reduce((total, each) => total + (pick(each) ?? 0), 0);
  return {
    size: sum((each) => each.size),
    used: sum((each) => each.used),
    allocated: counted.some((each) => each.allocated === null) ? null : sum((each) => each.allocated),
    free: counted.some((each) => each.free === null) ? null : sum((each) => each.free),
  };
}
