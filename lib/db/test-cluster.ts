import { db } from "./client.ts";
import { clusters, drives, nodeStorages, nodes, storages } from "./schema/index.ts";

type Identity = Record<string, string>;

/** A storage of a test; its configuration is its type's usual one. */
export interface StorageSeed {
  id: string;
  name: string;
  kind: "file" | "lvm" | "network-lvm";
  isMain?: boolean;
  /** What it is pinned by on a node, where a test looks at that. */
  identity?: (nodeId: string) => Identity;
}

/** A member of a test's cluster; what is not said follows from its id. */
export type NodeSeed = Partial<Omit<typeof nodes.$inferInsert, "clusterId">> & {
  id: string;
  /** Without: no storage is pinned there. */
  hasStorages?: boolean;
};

export interface ClusterSeed {
  id?: string;
  name?: string;
  storages?: readonly StorageSeed[];
  nodes?: readonly NodeSeed[];
}

const USUAL = {
  file: { config: { vmDir: "/vm" }, identity: { marker: "{}", vmFs: "fs", imageFs: "", shareFs: "" } },
  "network-lvm": {
    config: {
      ...{ portals: "10.0.0.9", target: "iqn.2026-01.lab.host:san1", wwid: "360000000000000000e00000000010001" },
      ...{ chapUser: "", chapSecret: "", reverseUser: "", reverseSecret: "" },
      ...{ vgName: "net0", waitSeconds: 60, wipe: false },
    },
    identity: { vgUuid: "NET", pvUuids: "PV", imageFs: "", shareFs: "", wwid: "3", target: "iqn" },
  },
  lvm: { config: { vgName: "lvm0" }, identity: { vgUuid: "UUID", pvUuids: "PV", imageFs: "", shareFs: "" } },
} satisfies Record<StorageSeed["kind"], { config: Record<string, unknown>; identity: Identity }>;

/** An LVM main storage and a File storage beside it. */
export const TWO_STORAGES: readonly StorageSeed[] = [
  { id: "st_lvm", name: "fast", kind: "lvm", isMain: true },
  { id: "st_file", name: "files", kind: "file" },
];

function nodeRow(clusterId: string, { hasStorages: _, ...node }: NodeSeed): typeof nodes.$inferInsert {
  const { id } = node;
  const place = { address: id, port: 22, user: "root", fingerprint: "SHA256:x", keySecret: "se_1" };
  return { clusterId, name: id, ...place, machineId: id, membership: "member", ...node };
}

/** More members of a cluster, on which nothing is pinned. */
export async function seedNodes(clusterId: string, members: readonly NodeSeed[]): Promise<void> {
  const rows = members.map((node) => nodeRow(clusterId, node));
  await db().insert(nodes).values(rows);
}

/** Storages of a cluster, each pinned on these of its nodes. */
export async function seedStorages(
  clusterId: string,
  seeds: readonly StorageSeed[],
  nodeIds: readonly string[],
): Promise<void> {
  const rows = seeds.map(({ identity: _, ...storage }) => ({
    ...storage,
    clusterId,
    config: USUAL[storage.kind].config,
  }));
  const pins = nodeIds.flatMap((nodeId) =>
    seeds.map(({ id, kind, identity }) => ({
      nodeId,
      storageId: id,
      identity: identity?.(nodeId) ?? USUAL[kind].identity,
    })),
  );
  if (rows.length > 0) await db().insert(storages).values(rows);
  if (pins.length > 0) await db().insert(nodeStorages).values(pins);
}

type DriveRow = typeof drives.$inferInsert;

/** A ready drive of `cl_1`, named `dr_` and its label, `web` unless said otherwise. */
export async function seedDrive(said: Pick<DriveRow, "storageId" | "nodeId"> & Partial<DriveRow>): Promise<void> {
  const { label = "web" } = said;
  const usual = { id: `dr_${label}`, label, clusterId: "cl_1", size: 1024 ** 3 };
  await db()
    .insert(drives)
    .values({ ...usual, format: "raw", state: "ready", ...said });
}

/** A KVM cluster in the open database as joins leave it: every storage is pinned on every node. `cl_1`, called alpha, unless said otherwise. */
export async function seedCluster(seed: ClusterSeed = {}): Promise<void> {
  const { id = "cl_1", name = "alpha", storages: own = [], nodes: members = [] } = seed;
  await db().insert(clusters).values({ id, name, virtualization: "kvm", imageDir: "/image", shareDir: "/share" });
  if (members.length > 0) await seedNodes(id, members);
  const pinned = members.flatMap(({ id: nodeId, hasStorages = true }) => (hasStorages ? [nodeId] : []));
  await seedStorages(id, own, pinned);
}
