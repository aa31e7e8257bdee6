import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { audit, clusters, drives, nodeStorages, nodes, storages, taskLocks, tasks } from "../../db/schema/index.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import type { Volume } from "../../domain/drive.ts";
import type { DriveRequest } from "../../domain/drive-request.ts";
import type { NodeLive, StorageLive } from "../../domain/live.ts";
import { HOSTILE_STRINGS } from "../../domain/hostile-strings.ts";
import { parseEnv } from "../../env.ts";
import { loadMasterKey } from "../../secrets/master.ts";
import type { ServiceContext } from "../context.ts";
import { cancelTask } from "../tasks/cancel-task.ts";
import { confirmDrives, previewDrives, protectDrives } from "./request.ts";
import { registerDriveSteps, sweepDrives } from "./settle.ts";
import type { Measured } from "./world.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await startTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "spindle-drives-"));
  await chmod(folder, 0o711);
  const holder = globalThis as unknown as Record<symbol, unknown>;
  holder[Symbol.for("spindle.env")] = parseEnv({ SPINDLE_DATA: folder, SPINDLE_LOG: "error" }, []);
  await loadMasterKey();
  registerDriveSteps();
  await seed();
});
afterAll(async () => {
  await database.stop();
  await rm(folder, { recursive: true });
});
afterEach(async () => {
  await db().delete(drives);
  await db().delete(taskLocks);
  await db().delete(tasks);
});

const ctx: ServiceContext = {
  actor: { id: "anna", name: "Anna", email: "anna@localhost" },
  requestId: "test",
  address: "127.0.0.1",
  now: new Date(),
};

async function seed(): Promise<void> {
  await db()
    .insert(clusters)
    .values({ id: "cl_1", name: "alpha", virtualization: "kvm", imageDir: "/image", shareDir: "/share" });
  const place = { clusterId: "cl_1" };
  await db()
    .insert(storages)
    .values([
      { ...place, id: "st_lvm", name: "fast", kind: "lvm", config: { vgName: "lvm0" }, isMain: true },
      { ...place, id: "st_file", name: "files", kind: "file", config: { vmDir: "/vm" } },
    ]);
  const base = { ...place, port: 22, user: "root", fingerprint: "SHA256:x", keySecret: "se_1", membership: "member" };
  await db()
    .insert(nodes)
    .values(
      ["nd_1", "nd_2"].map((id) => ({
        ...base,
        id,
        name: id,
        address: id,
        machineId: id,
        membership: "member" as const,
      })),
    );
  const lvm = { vgUuid: "UUID", pvUuids: "PV", imageFs: "", shareFs: "" };
  const file = { marker: "{}", vmFs: "fs", imageFs: "", shareFs: "" };
  await db()
    .insert(nodeStorages)
    .values(
      ["nd_1", "nd_2"].flatMap((nodeId) => [
        { nodeId, storageId: "st_lvm", identity: { ...lvm, vgUuid: `UUID-${nodeId}` } },
        { nodeId, storageId: "st_file", identity: file },
      ]),
    );
}

const FREE: Record<string, number> = { nd_1: 10 * GIB, nd_2: 20 * GIB };

interface Situation {
  health?: Record<string, NodeLive["health"]>;
  storage?: Partial<StorageLive>;
  details?: Record<string, unknown>;
  volumes?: (Partial<Volume> & { nodeId: string; storageId: string })[];
}

/** What the hub would answer. */
function seen({ health = {}, storage = {}, details, volumes = [] }: Situation = {}): () => Promise<Measured> {
  const storageOn = (nodeId: string, storageId: string): StorageLive => {
    const free = FREE[nodeId] ?? 0;
    return {
      ...{ storageId, nodeId, status: "ok", suspect: false, readOnly: false, full: false, since: null, checks: 1 },
      ...{ confirmedAt: null, cause: null, figuresAgeMs: 0, checkedAgeMs: 0, capacityOf: null },
      figures: { size: 100 * GIB, used: 0, allocated: 0, free },
      ...storage,
    };
  };
  const live = ["nd_1", "nd_2"].map((nodeId): NodeLive => {
    const nothing = { reason: null, cause: null, since: null, figures: null, figuresAgeMs: 0, warnings: [] };
    const own = ["st_lvm", "st_file"].map((id) => storageOn(nodeId, id));
    return { nodeId, clusterId: "cl_1", health: health[nodeId] ?? "active", ...nothing, storages: own };
  });
  const listed = ["nd_1", "nd_2"].flatMap((nodeId) =>
    ["st_lvm", "st_file"].map((storageId) => ({
      ...{ nodeId, storageId, listedAt: Date.now() + 60_000, ageMs: 0 },
      volumes: volumes
        .filter((volume) => volume.nodeId === nodeId && volume.storageId === storageId)
        .map(({ nodeId: _node, storageId: _storage, ...volume }): Volume => {
          const base = { name: "x", drive: null, label: null, size: null, used: null };
          return { ...base, isActive: false, isOpen: false, isBlanking: false, ...volume };
        }),
    })),
  );
  const groupOf = (nodeId: string) => {
    const vg = { extentSize: 4 * MIB, freeExtents: (FREE[nodeId] ?? 0) / (4 * MIB), metadataFree: MIB };
    return details ?? { vg, pvs: [{ uuid: "PV", isMissing: false }] };
  };
  const reported = (nodeId: string) => [nodeId, { st_lvm: groupOf(nodeId), st_file: null }] as const;
  return async () => ({ live, volumes: listed, details: Object.fromEntries(["nd_1", "nd_2"].map(reported)) });
}

type Create = Extract<DriveRequest, { verb: "create" }>;

let keys = 0;
function create(change: Partial<Create> = {}): Create {
  keys += 1;
  const key = `key${String(keys).padStart(17, "0")}`;
  const base = { verb: "create", key, storageId: "st_lvm", nodeId: null, format: "raw", size: GIB } as const;
  return { ...base, labels: [`drive ${keys}`], ...change };
}

/** Confirms what a preview shows. */
async function confirm(request: DriveRequest, look = seen(), typed = "") {
  const { digest, problems, blockers } = await previewDrives(ctx, request, look);
  if (!digest) throw new Error(JSON.stringify({ problems, blockers }));
  return confirmDrives(ctx, { request, digest, typed }, look);
}

/** A drive as it stands once its creation has ended well. */
async function ready(change: Partial<Create> = {}) {
  const request = create(change);
  const { taskId } = await confirm(request);
  await db().update(drives).set({ state: "ready", taskId: null }).where(eq(drives.taskId, taskId));
  await db().delete(taskLocks).where(eq(taskLocks.taskId, taskId));
  await db().update(tasks).set({ state: "done", endedAt: new Date() }).where(eq(tasks.id, taskId));
  const [row] = await db()
    .select()
    .from(drives)
    .where(eq(drives.label, request.labels[0] ?? ""));
  return row!;
}

describe("formats by storage @S04", () => {
  it.each([
    ["st_lvm", "qcow2", "raw"],
    ["st_file", "raw", "qcow2"],
  ] as const)("%s refuses %s and says that %s is allowed", async (storageId, format, allowed) => {
    const view = await previewDrives(ctx, create({ storageId, format }), seen());
    expect(view.plan).toBeNull();
    expect(view.problems.format).toMatchObject({ key: "drive.rule.format", values: { allowed } });
    const forced = confirmDrives(
      ctx,
      { request: create({ storageId, format }), digest: "0".repeat(64), typed: "" },
      seen(),
    );
    await expect(forced).rejects.toMatchObject({ view: { message: { key: "drive.rule.format" } } });
    expect(await db().select().from(drives)).toEqual([]);
  });
});

describe("placement @P06", () => {
  it("takes the node with most room, for each drive anew", async () => {
    const { plan } = await previewDrives(ctx, create({ size: 8 * GIB, labels: ["a", "b", "c"] }), seen());
    const nodesOf = plan?.steps.flatMap((step) =>
      step.kind === "node" && step.id.endsWith(".create") ? step.target : [],
    );
    expect(nodesOf).toEqual(["nd_2", "nd_2", "nd_1"]);
  });

  it("two at once never promise the same space", async () => {
    const requests = [create({ nodeId: "nd_1", size: 6 * GIB }), create({ nodeId: "nd_1", size: 6 * GIB })];
    const ends = await Promise.allSettled(requests.map((request) => confirm(request)));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const refused = ends.find((end) => end.status === "rejected") as PromiseRejectedResult;
    expect(String(refused.reason)).toContain("drive.no-space");
    expect(await db().select().from(drives)).toHaveLength(1);
  });

  it("counts what is promised and not taken yet, and what is taken only once", async () => {
    const row = await ready({ nodeId: "nd_1", size: 6 * GIB });
    const wanted = create({ nodeId: "nd_1", size: 6 * GIB });
    expect((await previewDrives(ctx, wanted, seen())).blockers[0]?.key).toBe("drive.no-space");
    const there = { nodeId: "nd_1", storageId: "st_lvm", drive: row.id, name: row.id, size: row.size, used: row.size };
    expect((await previewDrives(ctx, wanted, seen({ volumes: [there] }))).blockers).toEqual([]);
  });

  it("rounds to extents, and says so", async () => {
    const { plan } = await previewDrives(ctx, create({ size: GIB + 1 }), seen());
    expect(plan?.notes.map(({ key }) => key)).toContain("drive.note.rounded");
    const step = plan?.steps.find((one) => one.kind === "node");
    expect(step?.kind === "node" && step.command.argv).toContain(`${GIB + 4 * MIB}b`);
  });

  it.each([
    ["corrupted", { health: { nd_1: "corrupted" } }, "drive.place.corrupted"],
    ["unreachable", { health: { nd_1: "unreachable" } }, "drive.place.unreachable"],
    ["unknown", { health: { nd_1: "unknown" } }, "drive.place.unknown"],
    ["on a lost storage", { storage: { status: "lost" } }, "drive.place.lost"],
    ["on a read-only storage", { storage: { status: "degraded", readOnly: true } }, "drive.place.read-only"],
    ["on a full storage", { storage: { status: "degraded", full: true } }, "drive.place.full"],
    [
      "on a partial group",
      { details: { vg: { extentSize: 1, freeExtents: 1 }, pvs: [{ uuid: "PV", isMissing: true }] } },
      "lvm.drive.partial",
    ],
  ] as [string, Situation, string][])("a node that is %s takes no new drive", async (_name, situation, key) => {
    const view = await previewDrives(ctx, create({ nodeId: "nd_1", size: MIB }), seen(situation));
    expect([view.plan, view.blockers[0]?.key]).toEqual([null, key]);
  });

  it("a node in maintenance takes no new drive", async () => {
    await db().update(nodes).set({ mode: "maintenance" }).where(eq(nodes.id, "nd_1"));
    const view = await previewDrives(ctx, create({ nodeId: "nd_1" }), seen());
    await db().update(nodes).set({ mode: "in-service" });
    expect(view.blockers[0]?.key).toBe("drive.place.maintenance");
  });
});

describe("a request", () => {
  it("sent twice makes its drives once @P04", async () => {
    const request = create();
    const { digest } = await previewDrives(ctx, request, seen());
    const send = () => confirmDrives(ctx, { request, digest: digest ?? "", typed: "" }, seen());
    const [first, second] = await Promise.all([send(), send()]);
    expect(second).toEqual(first);
    expect(await db().select().from(drives)).toHaveLength(1);
    expect(await db().select().from(tasks)).toHaveLength(1);
  });

  it("runs only what was shown", async () => {
    const request = create();
    const wrong = confirmDrives(ctx, { request, digest: "0".repeat(64), typed: "" }, seen());
    await expect(wrong).rejects.toMatchObject({ view: { code: "stale" } });
  });

  it("refuses a label that is taken in the cluster, in any case, or stands twice", async () => {
    await ready({ labels: ["Web"] });
    const view = await previewDrives(ctx, create({ labels: ["web", "db", "DB"] }), seen());
    expect(view.problems["labels.0"]?.key).toBe("drive.rule.label-taken");
    expect(view.problems["labels.2"]?.key).toBe("drive.rule.label-twice");
  });

  it.each(HOSTILE_STRINGS.map((value) => [value]))(
    "a label %j is refused with the reason, or is harmless",
    async (value) => {
      const parsed = await previewDrives(ctx, create({ labels: [value] }), seen()).catch((error: Error) => error);
      if (parsed instanceof Error) expect(parsed.name).toBe("ZodError");
      else expect(parsed.problems["labels.0"]?.key).toBe("drive.field.label");
    },
  );

  it("cancelled before it began leaves nothing @B02", async () => {
    const { taskId } = await confirm(create());
    await cancelTask(ctx, { taskId });
    await sweepDrives();
    expect(await db().select().from(drives)).toEqual([]);
  });

  it("a second one about the same drive is refused while the first runs @P04", async () => {
    const row = await ready();
    await confirm({ verb: "grow", ids: [row.id], size: 2 * GIB });
    const view = await previewDrives(ctx, { verb: "rename", ids: [row.id], label: "other" }, seen());
    expect(view.blockers[0]?.key).toBe("drive.state-obstacle.growing");
  });
});

describe("changes @P04", () => {
  it("drives grow and never shrink; what they grow by is reserved at once", async () => {
    const row = await ready({ nodeId: "nd_1", size: 2 * GIB });
    const shrink = await previewDrives(ctx, { verb: "grow", ids: [row.id], size: GIB }, seen());
    expect(shrink.problems.size?.key).toBe("drive.rule.shrink");
    const much = await previewDrives(ctx, { verb: "grow", ids: [row.id], size: 40 * GIB }, seen());
    expect(much.blockers[0]?.key).toBe("drive.no-space");
    const { taskId } = await confirm({ verb: "grow", ids: [row.id], size: 4 * GIB });
    expect((await db().select().from(drives))[0]).toMatchObject({ state: "growing", size: 4 * GIB });
    await cancelTask(ctx, { taskId });
    await sweepDrives();
    expect((await db().select().from(drives))[0]).toMatchObject({ state: "ready", size: 2 * GIB, taskId: null });
  });

  it("deletion is refused while protected, in use, or not confirmed by name", async () => {
    const row = await ready();
    const request: DriveRequest = { verb: "delete", ids: [row.id] };
    await protectDrives(ctx, { ids: [row.id], isProtected: true });
    expect((await previewDrives(ctx, request, seen())).blockers[0]?.key).toBe("drive.obstacle.protected");
    await protectDrives(ctx, { ids: [row.id], isProtected: false });
    const open = { nodeId: "nd_2", storageId: "st_lvm", drive: row.id, name: row.id, isOpen: true };
    const inUse = await previewDrives(ctx, request, seen({ volumes: [open] }));
    expect(inUse.blockers[0]?.key).toBe("drive.obstacle.in-use");
    await expect(confirm(request, seen(), "wrong")).rejects.toMatchObject({
      view: { fields: { typed: expect.anything() } },
    });
    await confirm(request, seen(), row.label);
    expect((await db().select().from(drives))[0]?.state).toBe("deleting");
  });

  it("many at once are one plan, with a lane for each node", async () => {
    const rows = [await ready({ nodeId: "nd_1" }), await ready({ nodeId: "nd_2" }), await ready({ nodeId: "nd_2" })];
    const view = await previewDrives(ctx, { verb: "delete", ids: rows.map((row) => row.id) }, seen());
    expect(view.plan?.targets.map(({ key }) => key)).toEqual(["nd_1", "nd_2"]);
    expect(view.confirmName).toBe("alpha");
    expect(view.plan?.locks.toSorted()).toEqual(rows.map((row) => `drive:${row.id}`).toSorted());
  });

  it("what is changed is in the audit log", async () => {
    const row = await ready();
    await protectDrives(ctx, { ids: [row.id], isProtected: true });
    const rows = await db().select().from(audit).where(eq(audit.entityId, row.id));
    expect(rows.map(({ action }) => action)).toContain("drive.protect");
  });
});
