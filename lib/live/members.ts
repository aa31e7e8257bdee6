import { and, eq } from "drizzle-orm";
import { db } from "../db/client.ts";
import {
  clusters,
  nodeDisks,
  nodeLast,
  nodeStorages,
  nodes,
  panel,
  storageLast,
  storages,
  volumesLast,
} from "../db/schema/index.ts";
import { log } from "../log.ts";
import { openSecret } from "../secrets/store.ts";
import type { PoolTarget } from "../ssh/pool.ts";
import type { Ownership, StorageDriver } from "../storage/contract.ts";
import { DISKS_FRAGMENT, DISKS_ID } from "./disks/script.ts";
import { type LastKnown, type Moment, now } from "./node-state.ts";
import type { ProbeParts, ProbeStorage } from "./probe/script.ts";
import type { SessionPlan } from "./session.ts";

/** The driver of a storage's kind; throws for a kind without one. */
export type DriverOf = (kind: string) => StorageDriver;

/** A member node, ready to be watched. */
export interface Member {
  nodeId: string;
  clusterId: string;
  plan: SessionPlan;
  /** Every storage of its cluster, also those without an identity on it. */
  storages: { storageId: string; name: string; isMain: boolean }[];
}

interface Owner {
  panelId: string;
  epoch: number;
}

type Rows = Awaited<ReturnType<typeof readRows>>;
type NodeRow = Rows["nodes"][number];
type StorageRow = Rows["storages"][number];
type Identity = Rows["identities"][number];

async function readRows() {
  const [owners, clusterRows, nodeRows, storageRows, identities] = await Promise.all([
    db().select({ panelId: panel.id, epoch: panel.epoch }).from(panel),
    db().select().from(clusters),
    db().select().from(nodes).where(eq(nodes.membership, "member")),
    db().select().from(storages),
    db().select().from(nodeStorages),
  ]);
  return { owner: owners[0] ?? null, clusters: clusterRows, nodes: nodeRows, storages: storageRows, identities };
}

function targetOf(node: NodeRow): PoolTarget {
  const { address, port, user, fingerprint, keySecret } = node;
  const credential = async () => ({ privateKey: await openSecret(keySecret) });
  return { address, port, user, fingerprint, credentialKey: keySecret, credential };
}

/** How one storage is checked on one node; null (and said in the log) when its rows can't be used. */
function checkOf(
  owner: Owner,
  cluster: Rows["clusters"][number],
  storage: StorageRow,
  identity: Record<string, string>,
  driverOf: DriverOf,
) {
  try {
    const driver = driverOf(storage.kind);
    const config = driver.config.parse(storage.config);
    const dirs = { imageDir: cluster.imageDir, shareDir: cluster.shareDir };
    const ownership: Ownership = {
      ...owner,
      clusterId: cluster.id,
      clusterName: cluster.name,
      storageId: storage.id,
      storageName: storage.name,
    };
    const fragment = driver.probe(config, dirs, identity, ownership);
    const read: ReadCheck = (raw) => driver.readCheck(config, dirs, identity, raw, ownership);
    return { fragment, read, ...(driver.compare ? { compare: driver.compare } : {}) };
  } catch (error) {
    log.error("a storage can't be checked", { storage: storage.id, error });
    return null;
  }
}

type ReadCheck =
  SessionPlan["storages"] extends Map<string, infer V> ? (V extends { read: infer R } ? R : never) : never;

function memberOf(rows: Rows, identities: Identity[], owner: Owner, node: NodeRow, driverOf: DriverOf): Member | null {
  const cluster = rows.clusters.find((row) => row.id === node.clusterId);
  if (!cluster) return null;
  const own = rows.storages.filter((row) => row.clusterId === node.clusterId);
  const checks: SessionPlan["storages"] = new Map();
  // The main storage first: its check decides about the node.
  for (const storage of own.toSorted((a, b) => Number(b.isMain) - Number(a.isMain) || (a.id < b.id ? -1 : 1))) {
    const pinned = identities.find((row) => row.storageId === storage.id);
    const check = pinned && checkOf(owner, cluster, storage, pinned.identity, driverOf);
    if (check) checks.set(storage.id, check);
  }
  const inProbe: ProbeStorage[] = [...checks].map(([storageId, { fragment }]) => {
    const kind = own.find((storage) => storage.id === storageId)?.kind ?? "";
    return { storageId, kind, fragment };
  });
  // The disks come behind all storages: whether one of those is lost is wanted sooner.
  inProbe.push({ storageId: DISKS_ID, kind: DISKS_ID, fragment: DISKS_FRAGMENT });
  const probe: ProbeParts = { panelId: owner.panelId, epoch: owner.epoch, storages: inProbe };
  return {
    nodeId: node.id,
    clusterId: node.clusterId,
    plan: { target: targetOf(node), probe, storages: checks },
    storages: own.map(({ id, name, isMain }) => ({ storageId: id, name, isMain })),
  };
}

/** Every member node as the database has it. One that can't be watched is said in the log and left out. */
export async function readMembers(driverOf: DriverOf): Promise<Member[]> {
  const rows = await readRows();
  const { owner } = rows;
  if (!owner) return [];
  const identities = Map.groupBy(rows.identities, (row) => row.nodeId);
  return rows.nodes.flatMap((node) => {
    try {
      return memberOf(rows, identities.get(node.id) ?? [], owner, node, driverOf) ?? [];
    } catch (error) {
      log.error("a node can't be watched", { node: node.id, error });
      return [];
    }
  });
}

/** A date of the database as a moment: its monotonic half lies before the panel's start. */
function momentOf(date: Date): Moment {
  const at = now();
  return { mono: at.mono - Math.max(0, at.wall - date.getTime()), wall: date.getTime() };
}

const NOTHING: LastKnown = { health: null, figures: null, disks: null, storages: new Map() };

/** What the database remembers of nodes from before. */
export async function readLast(nodeId: string): Promise<LastKnown> {
  const [[node], rows, listed, [looked]] = await Promise.all([
    db().select().from(nodeLast).where(eq(nodeLast.nodeId, nodeId)),
    db()
      .select()
      .from(storageLast)
      .where(and(eq(storageLast.nodeId, nodeId))),
    db().select().from(volumesLast).where(eq(volumesLast.nodeId, nodeId)),
    db().select().from(nodeDisks).where(eq(nodeDisks.nodeId, nodeId)),
  ]);
  const disks = looked ? { value: looked.report, at: momentOf(looked.measuredAt) } : null;
  const storagesOf: LastKnown["storages"] = new Map();
  for (const { storageId, status, figures, details, measuredAt } of rows) {
    const aged = figures && measuredAt ? { value: figures, at: momentOf(measuredAt) } : null;
    const own = listed.find((row) => row.storageId === storageId);
    const volumes = own ? { value: own.volumes, at: momentOf(own.measuredAt) } : null;
    storagesOf.set(storageId, { status, figures: aged, details: details ?? null, volumes });
  }
  if (!node) return { ...NOTHING, disks, storages: storagesOf };
  const figures = node.figures && node.measuredAt ? { value: node.figures, at: momentOf(node.measuredAt) } : null;
  return { health: node.health, figures, disks, storages: storagesOf };
}
