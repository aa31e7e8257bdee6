import { drizzle } from "drizzle-orm/postgres-js";
import { connect } from "../../lib/db/client.ts";
import * as schema from "../../lib/db/schema/index.ts";
import type { Volume } from "../../lib/domain/drive.ts";
import type { StorageFigures } from "../../lib/domain/live.ts";
import type { Plan } from "../../lib/domain/plan.ts";
import { text } from "../../lib/domain/text.ts";

/**
 * Rows as a panel has them after a while, for tests of the pages: two clusters, nodes whose addresses nobody answers,
 * storages with their last measurements, tasks of every outcome. Put into the database while the panel is stopped.
 */

export const SEED = {
  cluster: { id: "cl_seedkvm0000000", name: "fra-kvm" },
  empty: { id: "cl_seedempty00000", name: "ams-kvm" },
  main: { id: "st_seedfile000000", name: "ssd" },
  fast: { id: "st_seedlvm0000000", name: "fast" },
  node: { id: "nd_seed0000000001", name: "kvm-01" },
  drive: { id: "dr_seed0000000001", label: "web-1" },
  gone: { id: "dr_seed0000000009", label: "lost" },
  done: "tk_seeddone000000",
  undone: "tk_seedundone0000",
  failed: "tk_seedfailed0000",
} as const;

const GIB = 1024 ** 3;
const HOUR = 3_600_000;
const before = (ms: number) => new Date(Date.now() - ms);

function figures(size: number, share: number): StorageFigures {
  const used = Math.round(size * share);
  return { size, used, allocated: used, free: size - used };
}

function seedPlan(kind: string): Plan {
  const target = {
    key: "n1",
    label: "kvm-13",
    address: "127.9.0.13",
    port: 1,
    user: "root",
    fingerprint: "SHA256:seed",
    nodeId: "nd_seed0000000013",
  };
  return {
    format: 1,
    kind,
    title: text("join.plan.join", { count: 1, name: SEED.cluster.name }),
    targets: [target],
    steps: [
      {
        kind: "node",
        id: "a",
        target: "n1",
        title: text("join.step.make-directory", { path: "/vm" }),
        command: { argv: ["install", "-d", "-m", "0711", "--", "/vm"] },
        undo: {
          title: text("join.step.remove-directory", { path: "/vm" }),
          command: { argv: ["rmdir", "--", "/vm"] },
        },
      },
      {
        kind: "node",
        id: "b",
        target: "n1",
        title: text("join.step.packages", { count: 1 }),
        command: { argv: ["apt-get", "install", "-y", "lvm2"] },
        undo: { none: text("join.step.lists-none") },
      },
      {
        kind: "panel",
        id: "c",
        title: text("join.step.add-nodes", { name: SEED.cluster.name }),
        action: "seed.nothing",
        input: {},
        undo: { none: text("join.step.record-none") },
      },
    ],
    locks: [],
    notes: [],
  };
}

type Outcome = {
  id: string;
  state: "done" | "undone" | "failed";
  steps: readonly ("done" | "failed" | "undone" | "left" | "pending")[];
};

const OUTCOMES: readonly Outcome[] = [
  { id: SEED.done, state: "done", steps: ["done", "done", "done"] },
  // What failed is undone as well.
  { id: SEED.undone, state: "undone", steps: ["undone", "undone", "pending"] },
  { id: SEED.failed, state: "failed", steps: ["left", "failed", "pending"] },
];

type Database = ReturnType<typeof drizzle<typeof schema>>;

async function seedClusters(db: Database): Promise<void> {
  await db.insert(schema.clusters).values(
    [SEED.cluster, SEED.empty].map((cluster) => ({
      ...cluster,
      virtualization: "kvm" as const,
      imageDir: "/image",
      shareDir: "/share",
    })),
  );
  await db.insert(schema.storages).values([
    { ...SEED.main, clusterId: SEED.cluster.id, kind: "file", config: { vmDir: "/vm" }, isMain: true },
    { ...SEED.fast, clusterId: SEED.cluster.id, kind: "lvm", config: { vgName: "lvm0" } },
    {
      id: "st_seedfile000002",
      name: "ssd",
      clusterId: SEED.empty.id,
      kind: "file",
      config: { vmDir: "/vm" },
      isMain: true,
    },
  ]);
}

const nodeId = (number: number) => (number === 1 ? SEED.node.id : `nd_seed${String(number).padStart(10, "0")}`);
const nodeAddress = (number: number) => `127.9.${Math.floor(number / 250)}.${(number % 250) + 1}`;

/** More storages of the cluster, each measured on every member node. */
async function seedMore(db: Database, storages: number, nodes: number): Promise<void> {
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
async function seedJoining(db: Database, first: number, count: number): Promise<void> {
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

async function seedNode(db: Database, number: number): Promise<void> {
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
  await db.insert(schema.storageLast).values([
    {
      nodeId: id,
      storageId: SEED.main.id,
      status: "ok",
      since: before(HOUR),
      cause: null,
      measuredAt: before(60_000),
      figures: figures(894 * GIB, share),
      details: {
        partitions: [
          {
            source: "/dev/sdb1",
            target: "/vm",
            type: "ext4",
            uuid: "41d0",
            directories: ["/vm"],
            ...figures(894 * GIB, share),
          },
        ],
      },
    },
    {
      nodeId: id,
      storageId: SEED.fast.id,
      status: "ok",
      since: before(HOUR),
      cause: null,
      measuredAt: before(60_000),
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
    },
  ]);
}

/** The first node's storage was lost and came back, the node with it. */
async function seedHistory(db: Database): Promise<void> {
  const node = { nodeId: SEED.node.id, storageId: null };
  const storage = { nodeId: SEED.node.id, storageId: SEED.main.id };
  const cause = {
    reason: text("live.dir.missing", { path: "/vm" }),
    command: "stat -c %F -- /vm",
    output: "stat: cannot statx '/vm': No such file or directory\u202e",
  };
  const reason = text("live.node.main-lost", { storage: SEED.main.name });
  await db.insert(schema.statusChanges).values([
    { ...storage, at: before(3 * HOUR), from: "ok", to: "lost", cause, reason: null },
    { ...node, at: before(3 * HOUR - 1), from: "active", to: "corrupted", cause, reason },
    { ...storage, at: before(2 * HOUR), from: "lost", to: "ok", cause: null, reason: null },
    { ...node, at: before(2 * HOUR - 1), from: "corrupted", to: "active", cause: null, reason: null },
  ]);
}

/** The first node's disks: one that is well, one that fails, one that says nothing. */
async function seedDisks(db: Database): Promise<void> {
  const smart = { temperature: 34, powerOnHours: 21_504, reallocated: 0, pending: 0, wear: null, mediaErrors: null };
  const base = { byId: null, model: null, serial: null, rotational: true, transport: "sata", uses: [] };
  const nothing = { temperature: null, powerOnHours: null, reallocated: null, pending: null, wear: null };
  await db.insert(schema.nodeDisks).values({
    nodeId: SEED.node.id,
    measuredAt: before(HOUR),
    report: {
      hasSmartctl: true,
      disks: [
        {
          ...{ ...base, name: "sda", byId: "ata-ST4000_Z1D4", model: "ST4000\u202e", serial: "Z1D4", size: 3726 * GIB },
          uses: [
            { name: "sda1", type: "part", fileSystem: "ext4", mounts: ["/", "/home"] },
            { name: "lvm0-dr_seed0000000001", type: "lvm", fileSystem: null, mounts: [] },
          ],
          smart: { ...smart, health: "passed", reason: null },
        },
        {
          ...{ ...base, name: "nvme0n1", size: 894 * GIB, rotational: false },
          smart: { ...smart, health: "failed", reason: null, reallocated: 8, pending: 1, wear: 1.04, mediaErrors: 3 },
        },
        {
          ...{ ...base, name: "vda", size: 8 * GIB, rotational: null },
          smart: { ...nothing, mediaErrors: null, health: "unknown", reason: text("node.disks.no-smart") },
        },
      ],
    },
  });
}

/** The main storage on the first node grew for twelve days, a percent of it a day, with half a day in the middle that nobody measured. */
async function seedUsage(db: Database): Promise<void> {
  const [series] = await db
    .insert(schema.usageSeries)
    .values({ nodeId: SEED.node.id, storageId: SEED.main.id })
    .returning({ id: schema.usageSeries.id });
  const size = 894 * GIB;
  const point = (spanMs: number, ago: number) => {
    const at = new Date(Math.floor((Date.now() - ago) / spanMs) * spanMs);
    const used = Math.round(size * (0.37 - (Date.now() - at.getTime()) / (100 * 24 * HOUR)));
    const low = Math.round(used * 0.98);
    return {
      series: series?.id ?? 0,
      at,
      samples: 6,
      size,
      usedMin: low,
      usedAvg: used,
      usedMax: used,
      allocated: used + 40 * GIB,
    };
  };
  const points = (spanMs: number, count: number) =>
    Array.from({ length: count }, (_, n) => n + 1)
      .filter((n) => n * spanMs < 48 * HOUR || n * spanMs > 60 * HOUR)
      .map((n) => point(spanMs, n * spanMs));
  await db.insert(schema.usage1m).values(points(60_000, 180));
  await db.insert(schema.usage10m).values(points(600_000, 7 * 144 - 1));
  await db.insert(schema.usage1h).values(points(HOUR, 12 * 24));
  await db.insert(schema.usage1d).values(points(24 * HOUR, 12));
}

/** How a command on a node fails. */
const FAILED = {
  code: "command-failed" as const,
  message: text("task.step-exit", { node: "kvm-13", code: 100 }),
  hint: text("task.step-exit-hint"),
};

async function seedTask(db: Database, outcome: Outcome, minutesAgo: number): Promise<void> {
  const plan = seedPlan("node.join");
  const hasFailed = (position: number) => outcome.state !== "done" && position === 1;
  await db.insert(schema.tasks).values({
    id: outcome.id,
    kind: plan.kind,
    title: plan.title,
    state: outcome.state,
    plan,
    clusterId: SEED.cluster.id,
    actorName: "Ada",
    requestId: "rq-seed",
    error: outcome.state === "done" ? null : FAILED,
    createdAt: before(minutesAgo * 60_000),
    startedAt: before(minutesAgo * 60_000),
    endedAt: before(minutesAgo * 60_000 - 48_000),
  });
  await db.insert(schema.taskSteps).values(
    outcome.steps.map((state, position) => ({
      taskId: outcome.id,
      position,
      stepId: plan.steps[position]!.id,
      state,
      error: hasFailed(position) ? FAILED : null,
      exitCode: hasFailed(position) ? 100 : 0,
      output: hasFailed(position)
        ? "Err:1 http://apt.example.net bookworm/main amd64 acl\n\u001b[31mE: Unable to fetch\u202e some archives"
        : "",
      startedAt: state === "pending" ? null : before(minutesAgo * 60_000),
      endedAt: state === "pending" ? null : before(minutesAgo * 60_000 - 12_000),
    })),
  );
  await db.insert(schema.taskLog).values([{ taskId: outcome.id, position: 1, line: "Reading package lists…" }]);
}

/** Drives of every state on the first node, their volumes, and one that is nobody's. */
async function seedDrives(db: Database): Promise<void> {
  const place = { clusterId: SEED.cluster.id, storageId: SEED.fast.id, nodeId: SEED.node.id, format: "raw" as const };
  const times = { createdAt: before(3 * HOUR), changedAt: before(2 * HOUR) };
  const row = (id: string, label: string, size: number) => ({
    ...place,
    ...times,
    id,
    label,
    size,
    state: "ready" as const,
  });
  await db.insert(schema.drives).values([
    { ...row(SEED.drive.id, SEED.drive.label, 40 * GIB), isProtected: true },
    { ...row("dr_seed0000000002", "web-10", 80 * GIB) },
    { ...row("dr_seed0000000003", "web-2", 20 * GIB), state: "failed" },
    { ...row(SEED.gone.id, SEED.gone.label, 10 * GIB) },
    {
      ...row("dr_seed0000000004", "mail", 100 * GIB),
      storageId: SEED.main.id,
      format: "qcow2",
      nodeId: SEED.node.id,
    },
  ]);
  const lv = (name: string, size: number, more: Partial<Volume> = {}): Volume => ({
    ...{
      name,
      drive: name,
      label: null,
      size,
      used: size,
      isActive: false,
      isOpen: false,
      isBlanking: false,
      isWiping: false,
    },
    ...more,
  });
  // Long enough ago that pages say so.
  const listed = { nodeId: SEED.node.id, measuredAt: before(300_000) };
  await db.insert(schema.volumesLast).values([
    {
      ...listed,
      storageId: SEED.fast.id,
      volumes: [
        lv(SEED.drive.id, 40 * GIB, { isActive: true, isOpen: true }),
        lv("dr_seed0000000002", 80 * GIB),
        lv("dr_seed0000000003", 20 * GIB, { isBlanking: true }),
        lv("old\u202edata", 5 * GIB, { drive: null }),
      ],
    },
    {
      ...listed,
      storageId: SEED.main.id,
      volumes: [
        lv("dr_seed0000000004.qcow2", 100 * GIB, { drive: "dr_seed0000000004", used: 7 * GIB, isActive: null }),
      ],
    },
  ]);
}

export interface SeedOptions {
  /** Member nodes; three unless told. */
  nodes?: number;
  /** Storages of the cluster beside the two it has. */
  moreStorages?: number;
  /** Nodes that are just joining. */
  joining?: number;
}

/** Fills the database of a stopped panel. */
export async function seedPanel(databaseUrl: string, options: SeedOptions = {}): Promise<void> {
  const sql = connect(databaseUrl, 1);
  const db = drizzle(sql, { schema });
  try {
    await seedClusters(db);
    const { nodes = 3, moreStorages = 0, joining = 0 } = options;
    for (let number = 1; number <= nodes; number += 1) await seedNode(db, number);
    await seedMore(db, moreStorages, nodes);
    await seedJoining(db, nodes + 1, joining);
    await seedHistory(db);
    await seedDisks(db);
    await seedDrives(db);
    await seedUsage(db);
    for (const [index, outcome] of OUTCOMES.entries()) await seedTask(db, outcome, 300 - index * 60);
  } finally {
    await sql.end();
  }
}

/** How a panel begins with these rows: its `panelOptions`. */
export const seeded = (options?: SeedOptions) => ({
  fill: ({ databaseUrl }: { databaseUrl: string }) => seedPanel(databaseUrl, options),
});
export const SEEDED = seeded();
