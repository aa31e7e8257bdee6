import * as schema from "../../../lib/db/schema/index.ts";
import { text } from "../../../lib/domain/text.ts";
import { before, type Database, GIB, HOUR, SEED } from "./names.ts";

/** The first node's storage was lost and came back, the node with it. */
export async function seedHistory(db: Database): Promise<void> {
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
export async function seedDisks(db: Database): Promise<void> {
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
export async function seedUsage(db: Database): Promise<void> {
  const [series] = await db
    .insert(schema.usageSeries)
    .values({ nodeId: SEED.node.id, storageId: SEED.main.id })
    .returning({ id: schema.usageSeries.id });
  const size = 894 * GIB;
  // One instant for all: a minute that ends between two points would leave a gap.
  const now = Date.now();
  const point = (spanMs: number, ago: number) => {
    const at = new Date(Math.floor((now - ago) / spanMs) * spanMs);
    const used = Math.round(size * (0.37 - (now - at.getTime()) / (100 * 24 * HOUR)));
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
