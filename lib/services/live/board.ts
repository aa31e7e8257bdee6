import { asc } from "drizzle-orm";
import { db } from "../../db/client.ts";
import { clusters, nodes, storages } from "../../db/schema/index.ts";
import { clusterSums, storageOrder } from "../../domain/cluster-summary.ts";
import type { ClusterSums, ClusterView, NodeView, StorageView } from "../../domain/dto.ts";
import type { NodeLive } from "../../domain/live.ts";
import { worstFirst } from "../../domain/needs.ts";
import { SHARED_BY_KIND } from "../../domain/storage.ts";
import { hubLive, hubVersion } from "../../live/hub.ts";
import { lastLive } from "../../live/last-view.ts";
import { Kept } from "../../live/versions.ts";
import { processWide } from "../../shared.ts";
import { formValues, listEntries } from "../../storage/form.ts";
import { withoutGone } from "../../storage/secret-field.ts";
import { driverOf } from "../../storage/registry.ts";

/** What clusters are made of is read again this often, whatever was heard. */
const MOST_ROWS_MS = 1_000;

/** Figures on a board are at most so old: whoever reads meanwhile shares it. */
const SHARED_MS = 500;

/** Every cluster with its parts and every node's state, of one moment, with what is worked out from them once for all who read it. */
export class Board {
  readonly clusters: readonly ClusterView[];
  readonly live: readonly NodeLive[];
  readonly byNode: Readonly<Record<string, NodeLive>>;
  readonly at = Date.now();
  readonly #orders = new Map<string, NodeView[]>();
  readonly #sums = new Map<string, ClusterSums>();

  constructor(views: readonly ClusterView[], live: readonly NodeLive[]) {
    this.clusters = views;
    this.live = live;
    this.byNode = Object.fromEntries(live.map((node) => [node.nodeId, node]));
  }

  get nodeCount(): number {
    return this.clusters.reduce((sum, cluster) => sum + cluster.nodes.length, 0);
  }

  worstFirst(cluster: ClusterView): readonly NodeView[] {
    const known = this.#orders.get(cluster.id);
    if (known) return known;
    const byId = new Map(cluster.nodes.map((node) => [node.id, node]));
    const order = worstFirst(cluster.nodes, this.byNode).flatMap((id) => byId.get(id) ?? []);
    this.#orders.set(cluster.id, order);
    return order;
  }

  sums(cluster: ClusterView): ClusterSums {
    const known = this.#sums.get(cluster.id);
    if (known) return known;
    const sums = clusterSums(cluster, storageOrder(cluster.storages), this.byNode);
    this.#sums.set(cluster.id, sums);
    return sums;
  }
}

function storageView(row: typeof storages.$inferSelect): StorageView {
  const { id, clusterId, name, kind, isMain, isEnabled } = row;
  const driver = driverOf(kind);
  // What a storage that an older release made was never asked for is as its form has it.
  const config = driver?.config.safeParse(row.config).data ?? row.config;
  const shown = withoutGone(driver, config, () => false);
  const more = listEntries(shown);
  return {
    ...{ id, clusterId, name, kind, isMain, isEnabled, shared: SHARED_BY_KIND[kind], config: formValues(shown) },
    partsVerbs: driver?.parts?.verbs ?? [],
    ...(more.length > 0 ? { more } : {}),
  };
}

/** Without what only a node's own page shows: a panel has thousands of them. */
const NODE = {
  id: nodes.id,
  clusterId: nodes.clusterId,
  name: nodes.name,
  address: nodes.address,
  membership: nodes.membership,
  mode: nodes.mode,
};

async function readClusters(): Promise<ClusterView[]> {
  const [clusterRows, storageRows, nodeRows] = await Promise.all([
    db().select().from(clusters).orderBy(asc(clusters.createdAt)),
    db().select().from(storages).orderBy(asc(storages.createdAt), asc(storages.id)),
    db().select(NODE).from(nodes).orderBy(asc(nodes.createdAt), asc(nodes.id)),
  ]);
  const nodesOf = Map.groupBy(nodeRows, (row) => row.clusterId);
  return clusterRows.map((cluster) => ({
    ...cluster,
    createdAt: cluster.createdAt.toISOString(),
    storages: storageRows.filter((row) => row.clusterId === cluster.id).map(storageView),
    nodes: nodesOf.get(cluster.id) ?? [],
  }));
}

interface Shared {
  clusters: Kept<ClusterView[]>;
  last: { board: Board; of: readonly ClusterView[]; version: number } | null;
}

const shared = () =>
  processWide<Shared>("board", () => ({
    clusters: new Kept(["cluster", "node", "storage"], readClusters, MOST_ROWS_MS),
    last: null,
  }));

/** How everything is now. Statuses are never older than what streams have told; figures by half a second at most. */
export async function readBoard(): Promise<Board> {
  const own = shared();
  const views = await own.clusters.get();
  const version = hubVersion();
  if (version === null) return new Board(views, await lastLive());
  const { last } = own;
  if (last?.version === version && last.of === views && Date.now() - last.board.at < SHARED_MS) return last.board;
  const board = new Board(views, hubLive() ?? []);
  own.last = { board, of: views, version };
  return board;
}
