import { type NodeWord, nodeWord, type StorageWord, storageWord } from "./badges.ts";
import type { ClusterSums, ClusterView, StorageSums, StorageView } from "./dto.ts";
import type { NodeLive, StorageFigures, StorageLook } from "./live.ts";
import { isNodeWrong } from "./needs.ts";
import { fractionOf, naturalOrder } from "./units.ts";

/** By node; `at` is the reader's clock when the ages inside were true, where they are not all of one instant. */
type Live = Readonly<Record<string, NodeLive & { at?: number }>>;

/** How many nodes a cluster has, whether or not they are all there. */
export const nodeCount = (cluster: ClusterView): number => cluster.sums?.nodes ?? cluster.nodes.length;

/** How many nodes are shown with each word. */
export function countWords(cluster: ClusterView, live: Live): Partial<Record<NodeWord, number>> {
  if (cluster.sums) return cluster.sums.words;
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
  if (cluster.sums) return cluster.sums.load;
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
  const known = cluster.sums?.storages[storage.id]?.added;
  if (known) return { ...known, countedWith: storages.find((each) => each.id === known.countedWith) ?? null };
  const before = storagesBefore(storage, storages);
  const shared = cluster.nodes.flatMap((node) => sharesCapacityWith(storage, before, live[node.id]) ?? []);
  if (shared.length === 0) return { totals: storageTotals(storage, cluster, live), countedWith: null };
  const own = cluster.nodes.filter((node) => sharesCapacityWith(storage, before, live[node.id]) === null);
  const totals = storageTotals(storage, { ...cluster, nodes: own }, live);
  return { totals, countedWith: totals === null ? (shared[0] ?? null) : null };
}

/** What each node that has measured a storage saw of it. */
function measured(storage: StorageView, cluster: ClusterView, live: Live): StorageLook[] {
  return cluster.nodes.flatMap(({ id }) => {
    const { figures, figuresAgeMs: ageMs } = onNode(storage, live[id]) ?? { figures: null, figuresAgeMs: null };
    return figures && figures.size !== null && figures.used !== null ? [{ figures, ageMs, at: live[id]?.at }] : [];
  });
}

/** On how many nodes a storage was measured: its totals are of those alone. */
export const measuredCount = (storage: StorageView, cluster: ClusterView, live: Live): number =>
  cluster.sums?.storages[storage.id]?.measured ?? measured(storage, cluster, live).length;

const lookedAt = ({ at = 0, ageMs }: StorageLook): number => at - (ageMs ?? Number.POSITIVE_INFINITY);

/** The newest look of any node at a storage that all of them see; null where none has measured it. */
export function newestLook(storage: StorageView, cluster: ClusterView, live: Live): StorageLook | null {
  const sums = cluster.sums?.storages[storage.id];
  if (sums) return sums.newest;
  const looks = measured(storage, cluster, live);
  return looks.reduce<StorageLook | null>(
    (best, look) => (best && lookedAt(best) >= lookedAt(look) ? best : look),
    null,
  );
}

/** A storage's space over all nodes: summed for local ones, of the newest look for a shared one; null where nothing is measured. */
export function storageTotals(storage: StorageView, cluster: ClusterView, live: Live): StorageFigures | null {
  const sums = cluster.sums?.storages[storage.id];
  if (sums) return sums.totals;
  if (storage.shared) return newestLook(storage, cluster, live)?.figures ?? null;
  const counted = measured(storage, cluster, live).map(({ figures }) => figures);
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

const onNode = (storage: StorageView, live: NodeLive | undefined) =>
  live?.storages.find((each) => each.storageId === storage.id);

/** Storages of the cluster that have one capacity with this one on some node. */
export function sharingStorages(storage: StorageView, cluster: ClusterView, live: Live): StorageView[] {
  const known = cluster.sums?.storages[storage.id]?.sharing;
  return cluster.storages.filter((other) =>
    known
      ? known.includes(other.id)
      : cluster.nodes.some((node) => sharesCapacityWith(storage, [other], live[node.id]) !== null),
  );
}

/** On how many nodes a storage is shown with each word. */
export function countStorageWords(
  storage: StorageView,
  cluster: ClusterView,
  live: Live,
): Partial<Record<StorageWord, number>> {
  const known = cluster.sums?.storages[storage.id]?.words;
  if (known) return known;
  const counts: Partial<Record<StorageWord, number>> = {};
  for (const node of cluster.nodes) {
    const word = storageWord(onNode(storage, live[node.id]));
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

/** The node on which a storage is fullest: what is looked at first. */
export function fullestNode(storage: StorageView, cluster: ClusterView, live: Live): string | null {
  const known = cluster.sums?.storages[storage.id];
  if (known) return known.fullest;
  let fullest: { id: string; name: string; share: number } | null = null;
  for (const { id, name } of cluster.nodes) {
    const figures = onNode(storage, live[id])?.figures;
    const share = fractionOf(figures?.used, figures?.size) ?? -1;
    const isFuller =
      fullest === null || share > fullest.share || (share === fullest.share && naturalOrder(name, fullest.name) < 0);
    if (isFuller) fullest = { id, name, share };
  }
  return fullest?.id ?? null;
}

/** How many nodes belong to "only what is wrong". */
export const wrongCount = (cluster: ClusterView, live: Live): number =>
  cluster.sums?.wrong ?? cluster.nodes.filter((node) => isNodeWrong(node, live[node.id])).length;

/** Everything above of a cluster whose nodes are all there. `storages`: in the order in which capacities are counted. */
export function clusterSums(cluster: ClusterView, storages: readonly StorageView[], live: Live): ClusterSums {
  const sumsOf = (storage: StorageView): StorageSums => {
    const { totals, countedWith } = addedCapacity(storage, storages, cluster, live);
    return {
      totals: storageTotals(storage, cluster, live),
      newest: storage.shared ? newestLook(storage, cluster, live) : null,
      measured: measuredCount(storage, cluster, live),
      added: { totals, countedWith: countedWith?.id ?? null },
      sharing: sharingStorages(storage, cluster, live).map((other) => other.id),
      words: countStorageWords(storage, cluster, live),
      fullest: fullestNode(storage, cluster, live),
    };
  };
  return {
    nodes: cluster.nodes.length,
    words: countWords(cluster, live),
    wrong: wrongCount(cluster, live),
    load: clusterLoad(cluster, live),
    storages: Object.fromEntries(storages.map((storage) => [storage.id, sumsOf(storage)])),
  };
}

/** The main storage first, then by name. */
export function storageOrder(storages: readonly StorageView[]): StorageView[] {
  return [...storages].sort((a, b) => Number(b.isMain) - Number(a.isMain) || naturalOrder(a.name, b.name));
}
