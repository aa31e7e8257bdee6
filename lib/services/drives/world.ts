import type { Executor } from "../../db/client.ts";
import { changeObstacle, type Place } from "../../domain/drive.ts";
import type { NodeHealth, NodeLive, StorageLive } from "../../domain/live.ts";
import type { Text } from "../../domain/text.ts";
import { naturalOrder } from "../../domain/units.ts";
import { hubDetails, hubVersion, hubVolumes } from "../../live/hub.ts";
import { lastMeasured } from "../../live/last-view.ts";
import type { ListedVolumes } from "../../live/node-state.ts";
import { processWide } from "../../shared.ts";
import type { ClusterDirs, DriveContext, DriveDriver, LeaveContext, Ownership } from "../../storage/contract.ts";
import { requireDriver } from "../../storage/registry.ts";
import { type Board, readBoard } from "../live/board.ts";
import { Found, isSince } from "./found.ts";
import { type DriveRow, knownRows, type NodeRow, type Rows, rowsIn, type StorageRow } from "./rows.ts";

export type { DriveRow, NodeRow, StorageRow } from "./rows.ts";

/** What was measured last, of every node. */
export interface Measured {
  live: NodeLive[];
  volumes: ListedVolumes[];
  /** By node and storage: what its check reported. */
  details: Record<string, Record<string, Details>>;
}

type Details = Record<string, unknown> | null;

const byBoard = () => processWide("measured", () => new WeakMap<Board, Measured>());

/** From the hub of this process, or from the database where none runs here. */
export async function measured(): Promise<Measured> {
  if (hubVersion() === null) return lastMeasured();
  const board = await readBoard();
  const known = byBoard().get(board);
  if (known) return known;
  const details = Object.fromEntries(board.live.map(({ nodeId }) => [nodeId, hubDetails(nodeId) ?? {}]));
  const made = { live: [...board.live], volumes: hubVolumes() ?? [], details };
  byBoard().set(board, made);
  return made;
}

/**
 * By what was measured. The rows stand beside the world: the server's bundles have a copy of this class each, and a copy
 * can't look into what another one has made.
 */
const worlds = () => processWide("worlds", () => new WeakMap<Measured, { rows: Rows; world: World }>());

const answers = () => processWide("world-answers", () => new WeakMap<World, Map<string, Promise<unknown>>>());

/** Made once for everybody who asks the same of one world. What failed is made anew. */
export function onceOf<T>(world: World, question: string, make: () => Promise<T>): Promise<T> {
  const known = answers().get(world) ?? new Map<string, Promise<unknown>>();
  answers().set(world, known);
  const before = known.get(question) as Promise<T> | undefined;
  if (before) return before;
  const made = make();
  known.set(question, made);
  made.catch(() => known.delete(question));
  return made;
}

/** Everything that plans of drives are made from: the database as `tx` sees it, and what was measured. */
export class World {
  readonly clusters: Rows["clusters"];
  readonly storages: StorageRow[];
  readonly nodes: NodeRow[];
  readonly drives: DriveRow[];
  readonly #rows: Rows;
  readonly #live: Map<string, NodeLive>;
  readonly #found: Found;
  readonly #details: Measured["details"];

  private constructor(rows: Rows, measured: Measured) {
    this.#rows = rows;
    this.clusters = rows.clusters;
    this.storages = rows.storages;
    this.nodes = rows.nodes;
    this.drives = rows.drives;
    this.#details = measured.details;
    this.#live = new Map(measured.live.map((node) => [node.nodeId, node]));
    this.#found = Found.of(measured.volumes);
  }

  /** Whoever only shows what would be done, and so gives no `tx`, shares it with everybody else who does at that moment. */
  static async read(measured: Measured, tx?: Executor): Promise<World> {
    if (tx) return new World(await rowsIn(tx), measured);
    const rows = await knownRows();
    const known = worlds().get(measured);
    if (known?.rows === rows) return known.world;
    const world = new World(rows, measured);
    worlds().set(measured, { rows, world });
    return world;
  }

  /** Throws where the panel has no identity yet. */
  get panelId(): string {
    const { panel: own } = this.#rows;
    if (!own) throw new Error("The panel has no identity yet");
    return own.id;
  }

  storage(id: string): StorageRow | undefined {
    return this.#rows.storageById.get(id);
  }

  node(id: string | null): NodeRow | undefined {
    return this.#rows.nodeById.get(id ?? "");
  }

  drive(id: string): DriveRow | undefined {
    return this.#rows.driveById.get(id);
  }

  drivesOf(nodeId: string): readonly DriveRow[] {
    return this.#rows.drivesByNode.get(nodeId) ?? [];
  }

  /** Whether all nodes see one and the same there. */
  isShared(storage: StorageRow): boolean {
    return requireDriver(storage.kind).capabilities.shared;
  }

  /** The nodes on which a storage is joined, by name. */
  nodesOf(storage: StorageRow): NodeRow[] {
    return this.nodes
      .filter((node) => this.identity(node.id, storage.id) !== undefined)
      .toSorted((a, b) => naturalOrder(a.name, b.name));
  }

  /**
   * The node that acts on a drive: its own; of a drive that all nodes see the one that has it switched on, else the first
   * that takes changes. Undefined where there is none.
   */
  actingNode(drive: DriveRow, storage: StorageRow): NodeRow | undefined {
    if (drive.nodeId !== null) return this.node(drive.nodeId);
    const [active] = this.#found.activeOn(storage.id, drive.id);
    const nodes = this.nodesOf(storage);
    const isOpen = (node: NodeRow) => changeObstacle(this.place(node, storage)) === null;
    return nodes.find(({ id }) => id === active) ?? nodes.find(isOpen) ?? nodes[0];
  }

  /**
   * Of a drive that all nodes see, a node that can be looked at and was not since the drive was changed; undefined where there
   * is none. Until then it is not known which node has it switched on.
   */
  unseenSince({ nodeId, changedAt }: DriveRow, storage: StorageRow): NodeRow | undefined {
    if (nodeId !== null) return undefined;
    const isSeen = (node: NodeRow) => isSince(this.#found.listed(node.id, storage.id), changedAt);
    return this.nodesOf(storage).find((node) => !isSeen(node) && changeObstacle(this.place(node, storage)) === null);
  }

  /** Drives at a place; of a shared storage all of them, on whichever node one asks. */
  drivesOn(nodeId: string, storageId: string): readonly DriveRow[] {
    const storage = this.storage(storageId);
    if (storage && this.isShared(storage)) return this.#rows.drivesByPlace.get(`null:${storageId}`) ?? [];
    return this.#rows.drivesByPlace.get(`${nodeId}:${storageId}`) ?? [];
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

  listed(nodeId: string | null, storageId: string): ListedVolumes | undefined {
    return this.#found.listed(nodeId, storageId);
  }

  /** The volume of one drive, as it was listed last. */
  volume(nodeId: string | null, storageId: string, driveId: string): ReturnType<Found["volume"]> {
    return this.#found.volume(nodeId, storageId, driveId);
  }

  identity(nodeId: string, storageId: string): Record<string, string> | undefined {
    return this.#rows.pinned.get(`${nodeId}:${storageId}`);
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
    const { panel: own } = this.#rows;
    if (!own) throw new Error("The panel has no identity yet");
    const owner: Ownership = {
      panelId: own.id,
      epoch: own.epoch,
      clusterId: cluster.id,
      clusterName: cluster.name,
      storageId: storage.id,
      storageName: storage.name,
    };
    const config = requireDriver(storage.kind).config.parse(storage.config);
    const details = this.details(node.id, storage.id);
    const others = this.isShared(storage) ? this.nodesOf(storage).flatMap(({ id }) => (id === node.id ? [] : id)) : [];
    return { config, identity, owner, details, target: node.id, ...(others.length > 0 ? { others } : {}) };
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
    return this.drivesOn(nodeId, storage.id).reduce((sum, drive) => {
      const used = this.volume(nodeId, storage.id, drive.id)?.used ?? 0;
      return sum + Math.max(0, driver.reserve(drive.size) - used);
    }, 0);
  }
}
