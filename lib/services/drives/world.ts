import { asc } from "drizzle-orm";
import { db, type Executor } from "../../db/client.ts";
import { clusters, drives, nodeStorages, nodes, panel, storages } from "../../db/schema/index.ts";
import type { Place } from "../../domain/drive.ts";
import type { NodeHealth, NodeLive, StorageLive } from "../../domain/live.ts";
import type { Text } from "../../domain/text.ts";
import { hubDetails, hubLive, hubVolumes } from "../../live/hub.ts";
import { lastMeasured } from "../../live/last-view.ts";
import type { ListedVolumes } from "../../live/node-state.ts";
import type { ClusterDirs, DriveContext, DriveDriver, LeaveContext, Ownership } from "../../storage/contract.ts";
import { requireDriver } from "../../storage/registry.ts";

export type DriveRow = typeof drives.$inferSelect;
export type NodeRow = typeof nodes.$inferSelect;
export type StorageRow = typeof storages.$inferSelect;

/** What was measured last, of every node. */
export interface Measured {
  live: NodeLive[];
  volumes: ListedVolumes[];
  /** By node and storage: what its check reported. */
  details: Record<string, Record<string, Details>>;
}

type Details = Record<string, unknown> | null;

/** From the hub of this process, or from the database where none runs here. */
export async function measured(): Promise<Measured> {
  const live = hubLive();
  if (!live) return lastMeasured();
  const details = Object.fromEntries(live.map(({ nodeId }) => [nodeId, hubDetails(nodeId) ?? {}]));
  return { live, volumes: hubVolumes() ?? [], details };
}

/** Everything that plans of drives are made from: the database as `tx` sees it, and what was measured. */
export class World {
  readonly clusters: (typeof clusters.$inferSelect)[];
  readonly storages: StorageRow[];
  readonly nodes: NodeRow[];
  readonly drives: DriveRow[];
  readonly #pinned: Map<string, Record<string, string>>;
  readonly #panel: { id: string; epoch: number };
  readonly #live: Map<string, NodeLive>;
  readonly #volumes: Map<string, ListedVolumes>;
  readonly #details: Measured["details"];

  private constructor(rows: Awaited<ReturnType<typeof readRows>>, measured: Measured) {
    this.clusters = rows.clusters;
    this.storages = rows.storages;
    this.nodes = rows.nodes;
    this.drives = rows.drives;
    this.#panel = rows.panel;
    this.#pinned = new Map(rows.pinned.map((row) => [`${row.nodeId}:${row.storageId}`, row.identity]));
    this.#details = measured.details;
    this.#live = new Map(measured.live.map((node) => [node.nodeId, node]));
    this.#volumes = new Map(measured.volumes.map((listed) => [`${listed.nodeId}:${listed.storageId}`, listed]));
  }

  static async read(measured: Measured, tx: Executor = db()): Promise<World> {
    return new World(await readRows(tx), measured);
  }

  storage(id: string): StorageRow | undefined {
    return this.storages.find((storage) => storage.id === id);
  }

  node(id: string | null): NodeRow | undefined {
    return this.nodes.find((node) => node.id === id);
  }

  driverOf(storage: StorageRow): DriveDriver {
    return requireDriver(storage.kind).drives;
  }

  liveStorage(nodeId: string, storageId: string): StorageLive | undefined {
    return this.#live.get(nodeId)?.storages.find((storage) => storage.storageId === storageId);
  }

  details(nodeId: string, storageId: string): Details {
    return this.#details[nodeId]?.[storageId] ?? null;
  }

  listed(nodeId: string, storageId: string): ListedVolumes | undefined {
    return this.#volumes.get(`${nodeId}:${storageId}`);
  }

  identity(nodeId: string, storageId: string): Record<string, string> | undefined {
    return this.#pinned.get(`${nodeId}:${storageId}`);
  }

  /** Health as it was measured last; undefined where nobody follows the node. */
  health(nodeId: string): { health: NodeHealth | undefined; reason: Text | null } {
    const live = this.#live.get(nodeId);
    return { health: live?.health, reason: live?.reason ?? null };
  }

  place(node: NodeRow, storage: StorageRow): Place {
    const { health } = this.#live.get(node.id) ?? {};
    return { node, storage, health, live: this.liveStorage(node.id, storage.id) };
  }

  /** The directories of a cluster. Throws where there is no such cluster. */
  #dirs(clusterId: string): ClusterDirs {
    const cluster = this.clusters.find((one) => one.id === clusterId);
    if (!cluster) throw new Error(`There is no cluster ${clusterId}`);
    return { imageDir: cluster.imageDir, shareDir: cluster.shareDir };
  }

  /** What a driver needs to build steps for a storage on a node. Throws where the storage was never joined there. */
  context(node: NodeRow, storage: StorageRow): DriveContext<unknown> {
    const identity = this.identity(node.id, storage.id);
    const cluster = this.clusters.find((one) => one.id === storage.clusterId);
    if (!identity || !cluster) throw new Error(`${storage.id} is not pinned on ${node.id}`);
    const owner: Ownership = {
      panelId: this.#panel.id,
      epoch: this.#panel.epoch,
      clusterId: cluster.id,
      clusterName: cluster.name,
      storageId: storage.id,
      storageName: storage.name,
    };
    const config = requireDriver(storage.kind).config.parse(storage.config);
    const details = this.details(node.id, storage.id);
    return { config, identity, owner, details, target: node.id };
  }

  /** What a driver needs to take a storage off a node, or to change its parts there. Throws as `context` does. */
  leaveContext(node: NodeRow, storage: StorageRow): LeaveContext<unknown> {
    return { ...this.context(node, storage), dirs: this.#dirs(storage.clusterId) };
  }

  /**
   * Bytes free for drives of a storage on a node: what its check found free, less what is promised there and not taken
   * yet, by this storage and by those that share its room. Null: not measured.
   */
  free(node: NodeRow, storage: StorageRow): number | null {
    const key = this.#roomKey(node.id, storage);
    const identity = this.identity(node.id, storage.id);
    const live = this.liveStorage(node.id, storage.id);
    if (!identity || !live || key === null) return null;
    const { free } = this.driverOf(storage).room(identity, live.figures, this.details(node.id, storage.id));
    if (free === null) return null;
    const sharing = this.storages.filter((other) => this.#roomKey(node.id, other) === key);
    return free - sharing.reduce((sum, other) => sum + this.#promised(node.id, other), 0);
  }

  #roomKey(nodeId: string, storage: StorageRow): string | null {
    const identity = this.identity(nodeId, storage.id);
    if (!identity) return null;
    const { key } = this.driverOf(storage).room(identity, null, null);
    // Not pinned to a file system: its own room, for all that is known.
    return key || storage.id;
  }

  /** What drives may still come to take of what is free now, each as its row has it or as it is there, the greater. */
  #promised(nodeId: string, storage: StorageRow): number {
    const driver = this.driverOf(storage);
    const volumes = new Map(this.listed(nodeId, storage.id)?.volumes.map((volume) => [volume.drive, volume]) ?? []);
    return this.drives
      .filter((drive) => drive.storageId === storage.id && drive.nodeId === nodeId)
      .reduce((sum, drive) => {
        const used = volumes.get(drive.id)?.used ?? 0;
        return sum + Math.max(0, driver.reserve(drive.size) - used);
      }, 0);
  }
}

async function readRows(tx: Executor) {
  const [owners, clusterRows, storageRows, nodeRows, pinned, driveRows] = [
    await tx.select({ id: panel.id, epoch: panel.epoch }).from(panel),
    await tx.select().from(clusters),
    await tx.select().from(storages).orderBy(asc(storages.createdAt), asc(storages.id)),
    await tx.select().from(nodes).orderBy(asc(nodes.createdAt), asc(nodes.id)),
    await tx.select().from(nodeStorages),
    await tx.select().from(drives).orderBy(asc(drives.createdAt), asc(drives.id)),
  ];
  const owner = owners[0];
  if (!owner) throw new Error("The panel has no identity yet");
  return { panel: owner, clusters: clusterRows, storages: storageRows, nodes: nodeRows, pinned, drives: driveRows };
}
