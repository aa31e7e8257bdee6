import * as schema from "../../../lib/db/schema/index.ts";
import { before, type Database, figures, GIB, HOUR, SEED } from "./names.ts";

const nodeId = (number: number) => (number === 1 ? SEED.node.id : `nd_seed${String(number).padStart(10, "0")}`);
const nodeAddress = (number: number) => `127.9.${Math.floor(number / 250)}.${(number % 250) + 1}`;

/** More storages of the cluster, each measured on every member node. */
export async function seedMore(db: Database, storages: number, nodes: number): Promise<void> {
  for (let number = 1; number <= storages; number += 1) {
    const id = `st_seedmore${String(number).padStart(6, "0")}`;
    const config = { vmDir: `/vm${number}` };
    await db
      .insert(schema.storages)
      .values({ id, name: `sd${number}`, clusterId: SEED.cluster.id, kind: "file", config });
    const rows = Array.from({ length: nodes }, (_, index) => ({
      nodeId: nodeId(index + 1),
      storageId: id,
      status: "ok" as const,
      since: before(HOUR),
      cause: null,
      measuredAt: before(60_000),
      figures: figures(400 * GIB, ((index * 31 + number) % 90) / 100),
      details: { partitions: [{ source: "/dev/sdz9", target: `/vm${number}`, directories: [`/vm${number}`] }] },
    }));
    await db.insert(schema.storageLast).values(rows);
  }
}

/** Nodes that are just joining: nobody looks at them yet, so thousands cost a panel nothing but their rows. */
export async function seedJoining(db: Database, first: number, count: number): Promise<void> {
  for (let from = first; from < first + count; from += 500) {
    const rows = Array.from({ length: Math.min(500, first + count - from) }, (_, index) => ({
      id: nodeId(from + index),
      name: `kvm-${from + index}`,
      clusterId: SEED.cluster.id,
      address: nodeAddress(from + index),
      port: 1,
      user: "root",
      fingerprint: "SHA256:seed",
      keySecret: "se_seed",
      machineId: `seed${from + index}`,
      membership: "joining" as const,
    }));
    await db.insert(schema.nodes).values(rows);
  }
}

const WELL = { status: "ok", cause: null } as const;

/** What was measured of the File storage on a node. */
function mainOn(node: string, share: number): typeof schema.storageLast.$inferInsert {
  const space = figures(894 * GIB, share);
  const partition = { source: "/dev/sdb1", target: "/vm", type: "ext4", uuid: "41d0", directories: ["/vm"], ...space };
  return {
    ...{ ...WELL, nodeId: node, storageId: SEED.main.id, since: before(HOUR), measuredAt: before(60_000) },
    figures: space,
    details: { partitions: [partition] },
  };
}

/** Of the LVM storage: a PV of its group is missing. */
function fastOn(node: string, share: number): typeof schema.storageLast.$inferInsert {
  return {
    ...{ ...WELL, nodeId: node, storageId: SEED.fast.id, since: before(HOUR), measuredAt: before(60_000) },
    figures: figures(1790 * GIB, share),
    details: {
      vg: {
        name: "lvm0",
        uuid: "Qm2xVd-1f0S-aaaa-bbbb-cccc-dddd-h7Yk01",
        size: 1790 * GIB,
        free: 500 * GIB,
        extentSize: 4 * 1024 ** 2,
        extents: 458_240,
        freeExtents: 128_000,
        metadataSize: 16 * 1024 ** 2,
        metadataFree: 15 * 1024 ** 2,
      },
      pvs: [
        { uuid: "pv1", device: "/dev/sdc", size: 895 * GIB, free: 0, isMissing: false },
        { uuid: "pv2", device: null, size: 895 * GIB, free: 500 * GIB, isMissing: true },
      ],
      lvCount: 0,
      staleMaps: [],
      partitions: [],
    },
  };
}

/** A member, as it was measured last. */
export async function seedNode(db: Database, number: number): Promise<void> {
  const id = nodeId(number);
  const name = `kvm-${String(number).padStart(2, "0")}`;
  const share = ((number * 37) % 70) / 100;
  await db.insert(schema.nodes).values({
    id,
    name,
    clusterId: SEED.cluster.id,
    address: nodeAddress(number),
    port: 1,
    user: "root",
    fingerprint: "SHA256:pV3cN9m1yQd8kQ0Jm3bN2xT6tUe4rWq1oLz5aXy9Qk",
    keySecret: "se_seed",
    machineId: `seed${number}`,
    membership: "member",
    facts: { system: "Debian GNU/Linux 12 (bookworm)", kernel: "6.1.0-44-amd64", threads: 32, memory: 128 * GIB },
  });
  await db.insert(schema.nodeLast).values({
    nodeId: id,
    health: "active",
    reason: null,
    since: before(HOUR),
    measuredAt: before(60_000),
    figures: {
      cpu: share,
      cpuThreads: 32,
      memoryTotal: 128 * GIB,
      memoryUsed: 128 * GIB * share,
      load1: share * 20,
      load5: share * 18,
      load15: share * 16,
      uptimeSeconds: 90_000,
    },
  });
  await db.insert(schema.storageLast).values([mainOn(id, share), fastOn(id, share)]);
}
