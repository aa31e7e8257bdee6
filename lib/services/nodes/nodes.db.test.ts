import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import * as schema from "../../db/schema/index.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import type { NodeLive } from "../../domain/live.ts";
import type { Plan } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { parseEnv } from "../../env.ts";
import { createTask } from "../../plans/create-task.ts";
import { claimTask } from "../../plans/lease.ts";
import { runTask } from "../../plans/run-task.ts";
import { loadMasterKey } from "../../secrets/master.ts";
import { sealSecret } from "../../secrets/store.ts";
import { newKeyPair } from "../../ssh/keys.ts";
import type { ServiceContext } from "../context.ts";
import type { Measured } from "../drives/world.ts";
import { nodeConcerns } from "./concerns.ts";
import { nodeHistory } from "./history.ts";
import { setNodeMode } from "./mode.ts";
import { registerRemovalSteps } from "./removal.ts";
import { confirmRemoval, previewRemoval } from "./remove.ts";

const { audit, clusters, drives, nodeStorages, nodes, plans, secrets, storages, taskLocks, tasks } = schema;
let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await startTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "spindle-nodes-"));
  await chmod(folder, 0o711);
  const holder = globalThis as unknown as Record<symbol, unknown>;
  holder[Symbol.for("spindle.env")] = parseEnv({ SPINDLE_DATA: folder, SPINDLE_LOG: "error" }, []);
  await loadMasterKey();
  registerRemovalSteps();
});
afterAll(async () => {
  await database.stop();
  await rm(folder, { recursive: true });
});

const ctx: ServiceContext = {
  actor: { id: "anna", name: "Anna", email: "anna@localhost" },
  ...{ requestId: "test", address: "127.0.0.1", now: new Date() },
};

/** A cluster of two nodes with a File and an LVM storage, as a join leaves it. */
beforeEach(async () => {
  for (const table of [drives, taskLocks, tasks, plans, nodes, clusters, secrets]) await db().delete(table);
  const cluster = { virtualization: "kvm" as const, imageDir: "/image", shareDir: "/share" };
  await db()
    .insert(clusters)
    .values({ id: "cl_1", name: "alpha", ...cluster });
  await db()
    .insert(storages)
    .values([
      { clusterId: "cl_1", id: "st_lvm", name: "fast", kind: "lvm", config: { vgName: "lvm0" }, isMain: true },
      { clusterId: "cl_1", id: "st_file", name: "files", kind: "file", config: { vmDir: "/vm" } },
    ]);
  for (const id of ["nd_1", "nd_2"]) {
    const keySecret = await sealSecret({ purpose: "node-key", value: newKeyPair().privateKey });
    const place = { clusterId: "cl_1", address: `${id}.example.net`, port: 22, user: "root", fingerprint: "SHA256:x" };
    await db()
      .insert(nodes)
      .values({ ...place, id, name: id, keySecret, machineId: id, membership: "member" });
    await db()
      .insert(nodeStorages)
      .values([
        { nodeId: id, storageId: "st_lvm", identity: { vgUuid: "UUID", pvUuids: "PV", imageFs: "", shareFs: "" } },
        { nodeId: id, storageId: "st_file", identity: { marker: "{}", vmFs: "fs", imageFs: "", shareFs: "" } },
      ]);
  }
});

interface Situation {
  health?: NodeLive["health"];
  /** Status of the storages by id. */
  lost?: string[];
}

/** What the hub would answer. */
function seen({ health = "active", lost = [] }: Situation = {}): () => Promise<Measured> {
  const live = ["nd_1", "nd_2"].map((nodeId): NodeLive => {
    const nothing = { reason: null, cause: null, since: null, figures: null, figuresAgeMs: 0, warnings: [] };
    const own = ["st_lvm", "st_file"].map((storageId) => ({
      ...{ storageId, nodeId, status: lost.includes(storageId) ? ("lost" as const) : ("ok" as const), suspect: false },
      ...{ readOnly: false, full: false, since: null, checks: 1, confirmedAt: null, cause: null },
      ...{ figures: null, figuresAgeMs: 0, checkedAgeMs: 0, capacityOf: null },
    }));
    return { nodeId, clusterId: "cl_1", health, ...nothing, storages: own };
  });
  return async () => ({ live, volumes: [], details: {} });
}

async function driveOn(nodeId: string, label = "web"): Promise<void> {
  const where = { clusterId: "cl_1", storageId: "st_file", nodeId };
  await db()
    .insert(drives)
    .values({ ...where, id: `dr_${label}`, label, format: "qcow2", size: 1024 ** 3, state: "ready" });
}

/** A task that has not ended and works on a node. */
async function taskOn(nodeId: string): Promise<string> {
  const place = { address: "a", port: 22, user: "root", fingerprint: "f" };
  const plan: Plan = {
    ...{ format: 1, kind: "test", title: text("task.ended"), steps: [], locks: [], notes: [] },
    targets: [{ key: "n", label: "n", nodeId, ...place }],
  };
  return inTransaction((tx) => createTask(tx, ctx, plan));
}

async function confirm(force: boolean, look = seen(), typed = "", nodeId = "nd_1") {
  const { digest, blockers } = await previewRemoval(ctx, { nodeId, force }, look);
  if (!digest) throw new Error(JSON.stringify(blockers));
  return confirmRemoval(ctx, { nodeId, force, digest, typed }, look);
}

/** Runs a task of panel steps to its end. */
async function run(taskId: string): Promise<string | undefined> {
  const lease = await claimTask("test:1");
  if (lease?.taskId !== taskId) throw new Error("another task was claimed");
  await runTask(lease, { panelId: "pa_1", nodeWaitMs: 0 });
  const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
  return task?.state;
}

const nodeOf = async (id: string) => (await db().select().from(nodes).where(eq(nodes.id, id)))[0];
const auditOf = (action: string, entityId: string) =>
  db()
    .select()
    .from(audit)
    .where(and(eq(audit.action, action), eq(audit.entityId, entityId)));

describe("maintenance @P03", () => {
  it("is noted with who did it, told by the history, and left again", async () => {
    await setNodeMode(ctx, { nodeId: "nd_1", mode: "maintenance" });
    expect((await nodeOf("nd_1"))?.mode).toBe("maintenance");
    await setNodeMode(ctx, { nodeId: "nd_1", mode: "in-service" });
    expect((await nodeOf("nd_1"))?.mode).toBe("in-service");
    const { entries } = await nodeHistory(ctx, "nd_1");
    const told = entries.flatMap((entry) => (entry.kind === "deed" ? [[entry.text.key, entry.who]] : []));
    expect(told.slice(0, 2)).toEqual([
      ["node.deed.in-service", "Anna"],
      ["node.deed.maintenance", "Anna"],
    ]);
  });

  it("is refused where it is so already, where the node leaves, and where there is none", async () => {
    const set = (nodeId: string, mode: "in-service" | "maintenance") => setNodeMode(ctx, { nodeId, mode });
    const code = (key: string) => ({ view: { message: { key } } });
    await expect(set("nd_1", "in-service")).rejects.toMatchObject(code("node.obstacle.in-service"));
    await db().update(nodes).set({ membership: "leaving" }).where(eq(nodes.id, "nd_1"));
    await expect(set("nd_1", "maintenance")).rejects.toMatchObject(code("node.obstacle.leaving"));
    await expect(set("nd_9", "maintenance")).rejects.toMatchObject({ view: { code: "not-found" } });
  });

  it("is judged by the drives and open tasks of that node alone", async () => {
    await driveOn("nd_1");
    await driveOn("nd_2", "mail");
    const taskId = await taskOn("nd_1");
    const concerns = await nodeConcerns(ctx, "nd_1");
    expect(concerns.drives).toMatchObject([{ id: "dr_web", label: "web", storage: "files", isActive: null }]);
    expect(concerns.tasks.map((task) => task.id)).toEqual([taskId]);
  });
});

describe("removing a node @P03 @B01", () => {
  it("takes the marks off first and the way in last; then the rows", async () => {
    const { plan, left, confirmName } = await previewRemoval(ctx, { nodeId: "nd_1", force: false }, seen());
    expect(plan?.steps.map((step) => step.id)).toEqual([
      ...["begin", "st_lvm.untag", "st_file.unmark", "host.unmark", "host.exit", "end"],
    ]);
    expect([left, confirmName]).toEqual([[], null]);
  });

  it.each<[string, Situation, () => Promise<unknown>, string]>([
    ["drives are on it", {}, () => driveOn("nd_1"), "node.remove.drives"],
    ["it can't be reached", { health: "unreachable" }, async () => {}, "node.remove.not-reached"],
    ["a storage is lost there", { lost: ["st_lvm"] }, async () => {}, "node.remove.storage"],
  ])("is refused while %s, and by force says what is left behind", async (_name, situation, make, key) => {
    await make();
    const look = seen(situation);
    const refused = await previewRemoval(ctx, { nodeId: "nd_1", force: false }, look);
    expect(refused).toMatchObject({ plan: null, digest: null, canForce: true, blockers: [{ key }] });
    const forced = await previewRemoval(ctx, { nodeId: "nd_1", force: true }, look);
    expect(forced.left.length).toBeGreaterThan(0);
    expect(forced.confirmName).toBe("nd_1");
    await expect(confirm(true, look, "nd_2")).rejects.toMatchObject({ view: { code: "invalid-input" } });
    expect(await db().select().from(tasks)).toEqual([]);
  });

  it("is refused while a task works on the node, by force too", async () => {
    await taskOn("nd_1");
    for (const force of [false, true]) {
      const view = await previewRemoval(ctx, { nodeId: "nd_1", force }, seen());
      expect(view).toMatchObject({ plan: null, canForce: false, blockers: [{ key: "node.obstacle.task" }] });
    }
  });

  it("of a node that can't be reached removes the panel's rows, says what stays there, and nothing runs", async () => {
    await driveOn("nd_1");
    await driveOn("nd_2", "mail");
    const before = await nodeOf("nd_1");
    const look = seen({ health: "unreachable" });
    const view = await previewRemoval(ctx, { nodeId: "nd_1", force: true }, look);
    expect(view.plan?.steps.map((step) => step.kind)).toEqual(["panel", "panel"]);
    expect(view.left.map((one) => one.key)).toEqual([
      ...["node.left.drive", "lvm.left.tags", "file.left.mark", "node.left.key", "node.left.mark"],
    ]);
    const { taskId } = await confirm(true, look, "nd_1");
    expect(await run(taskId)).toBe("done");
    expect((await db().select({ id: nodes.id }).from(nodes)).map((row) => row.id)).toEqual(["nd_2"]);
    expect((await db().select({ id: drives.id }).from(drives)).map((row) => row.id)).toEqual(["dr_mail"]);
    expect(
      await db()
        .select()
        .from(secrets)
        .where(eq(secrets.id, before?.keySecret ?? "")),
    ).toEqual([]);
    expect(await auditOf("node.remove", "nd_1")).toMatchObject([{ detail: { name: "nd_1", isForced: true, taskId } }]);
    expect(await auditOf("drive.forget", "dr_web")).toHaveLength(1);
  });

  it("that finds a drive placed since it was confirmed undoes itself: the node stays a member", async () => {
    const look = seen({ health: "unreachable" });
    const { taskId } = await confirm(true, look, "nd_1");
    await driveOn("nd_1", "late");
    expect(await run(taskId)).toBe("undone");
    expect((await nodeOf("nd_1"))?.membership).toBe("member");
    expect(await db().select().from(drives)).toHaveLength(1);
  });

  it("of two at once one is busy", async () => {
    const look = seen({ health: "unreachable" });
    const ends = await Promise.allSettled([confirm(true, look, "nd_1"), confirm(true, look, "nd_1")]);
    expect(ends.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await db().select().from(tasks)).toHaveLength(1);
  });

  it("runs only what was shown", async () => {
    const { digest } = await previewRemoval(ctx, { nodeId: "nd_1", force: false }, seen());
    const input = { nodeId: "nd_1", force: true, digest: digest ?? "", typed: "nd_1" };
    const away = confirmRemoval(ctx, input, seen({ health: "unreachable" }));
    await expect(away).rejects.toMatchObject({ view: { code: "stale" } });
  });
});
