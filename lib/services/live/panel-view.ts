import { asc } from "drizzle-orm";
import { db } from "../../db/client.ts";
import { clusters, nodes, storages } from "../../db/schema/index.ts";
import type { ClusterView, NodeView, PanelView, StorageView } from "../../domain/dto.ts";
import { SHARED_BY_KIND } from "../../domain/storage.ts";
import { hubLive } from "../../live/hub.ts";
import { lastLive } from "../../live/last-view.ts";
import type { ServiceContext } from "../context.ts";

/** Every cluster with its storages and nodes, and how each node is: from the database and the hub, never from a node. */
export async function getPanelView(_ctx: ServiceContext): Promise<PanelView> {
  const [clusterRows, storageRows, nodeRows] = await Promise.all([
    db().select().from(clusters).orderBy(asc(clusters.createdAt)),
    db().select().from(storages).orderBy(asc(storages.createdAt), asc(storages.id)),
    db().select().from(nodes).orderBy(asc(nodes.createdAt), asc(nodes.id)),
  ]);
  const live = hubLive() ?? (await lastLive());
  const nodesOf = Map.groupBy(nodeRows, (row) => row.clusterId);
  const views = clusterRows.map(
    (cluster): ClusterView => ({
      id: cluster.id,
      name: cluster.name,
      virtualization: cluster.virtualization,
      imageDir: cluster.imageDir,
      shareDir: cluster.shareDir,
      createdAt: cluster.createdAt.toISOString(),
      storages: storageRows.filter((row) => row.clusterId === cluster.id).map(storageView),
      nodes: (nodesOf.get(cluster.id) ?? []).map(nodeView),
    }),
  );
  return { clusters: views, live, sentAt: Date.now() };
}

function storageView(row: typeof storages.$inferSelect): StorageView {
  const { id, clusterId, name, kind, isMain, isEnabled } = row;
  const config = row.config as StorageView["config"];
  return { id, clusterId, name, kind, isMain, isEnabled, shared: SHARED_BY_KIND[kind], config };
}

function nodeView(row: typeof nodes.$inferSelect): NodeView {
  const { id, clusterId, name, address, membership, mode } = row;
  return { id, clusterId, name, address, membership, mode };
}
