import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import { audit, clusters, drives, nodeStorages, panel, storages, taskLocks, tasks } from "../../db/schema/index.ts";
import { seedCluster, seedDrive } from "../../db/test-cluster.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import type { NodeHealth, NodeLive, StorageLive } from "../../domain/live.ts";
import type { PanelStep } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { panelStepWork, panelUndoWork } from "../../plans/panel-steps.ts";
import { ctx } from "../test-panel.ts";
import type { Measured } from "../drives/world.ts";
import { setStorageEnabled } from "./enable.ts";
import { confirmRemoval, previewRemoval } from "./remove.ts";
import { registerStorageRemoval } from "./settle-removal.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await db().insert(panel).values({ id: "pa_1", epoch: 1 });
  registerStorageRemoval();
});
afterAll(() => database.stop());

beforeEach(async () => {
  await seedCluster({
    storages: [
      { id: "st_main", name: "ssd", kind: "file", isMain: true },
      { id: "st_more", name: "fast", kind: "lvm" },
    ],
    nodes: [{ id: "nd_1" }, { id: "nd_2" }],
  });
  await seedCluster({ id: "cl_2", name: "beta" });
});
afterEach(async () => {
  await db().delete(drives);
  await db().delete(taskLocks);
  await db().delete(tasks);
  await db().delete(clusters);
});

/** What the hub would answer of the storage on both nodes. */
function seen(health: Record<string, NodeHealth> = {}, storage: Partial<StorageLive> = {}): () => Promise<Measured> {
  const live = ["nd_1", "nd_2"].map((nodeId): NodeLive => {
    const own: StorageLive = {
      ...{ storageId: "st_more", nodeId, status: "ok", suspect: false, readOnly: false, full: false, since: null },
      ...{
        checks: 1,
        confirmedAt: null,
        cause: null,
        figuresAgeMs: 0,
        checkedAgeMs: 0,
        capacityOf: null,
        figures: null,
      },
      ...storage,
    };
    const nothing = {
      reason: null,
      cause: null,
      since: null,
      figures: null,
      figuresAgeMs: 0,
      warnings: [],
      diskFaults: [],
    };
    return { nodeId, clusterId: "cl_1", health: health[nodeId] ?? "active", ...nothing, storages: [own] };
  });
  return async () => ({ live, volumes: [], details: {} });
}

/** The same of a storage that all nodes see, in place of the LVM one. */
async function seedShared(): Promise<void> {
  await db().delete(clusters);
  await seedCluster({
    storages: [
      { id: "st_main", name: "ssd", kind: "file", isMain: true },
      { id: "st_more", name: "fast", kind: "network-lvm" },
    ],
    nodes: [{ id: "nd_1" }, { id: "nd_2" }],
  });
}

const preview = (storageId: string, look = seen(), isForced = false) =>
  previewRemoval(ctx, { storageId, isForced }, look);

async function confirm(look = seen(), isForced = false, typed = "") {
  const { digest, blockers } = await preview("st_more", look, isForced);
  if (!digest) throw new Error(JSON.stringify(blockers));
  return confirmRemoval(ctx, { storageId: "st_more", isForced, digest, typed }, look);
}

const insertDrive = () => seedDrive({ storageId: "st_more", nodeId: "nd_1" });

/** Runs the panel's own steps of the task, as the engine would. */
async function runPanelSteps(taskId: string): Promise<void> {
  const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
  for (const step of task?.plan.steps ?? []) if (step.kind === "panel") await runStep(step, taskId);
}

const contextOf = (taskId: string) => ({ taskId, requestId: "rq", actor: { id: "anna", name: "Anna" } });
const runStep = (step: PanelStep, taskId: string) => inTransaction((tx) => panelStepWork(step)(tx, contextOf(taskId)));

const stepOf = async (taskId: string, id: string) => {
  const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
  return task?.plan.steps.find((step) => step.id === id) as PanelStep;
};
const enabled = async () => (await db().select().from(storages).where(eq(storages.id, "st_more")))[0]?.isEnabled;

describe("taking a storage out of a cluster @P14", () => {
  it("is refused for the main storage, and while drives are on it", async () => {
    expect((await preview("st_main")).blockers[0]?.key).toBe("life.obstacle.remove-main");
    await insertDrive();
    const view = await preview("st_more");
    expect([view.plan, view.digest, view.blockers[0]?.key]).toEqual([null, null, "life.obstacle.remove-drives"]);
    const forced = confirmRemoval(
      ctx,
      { storageId: "st_more", isForced: true, digest: "0".repeat(64), typed: "fast" },
      seen(),
    );
    await expect(forced).rejects.toMatchObject({ view: { message: { key: "life.obstacle.remove-drives" } } });
  });

  it("shows on every node the exact commands, with what undoes each @B01", async () => {
    const { plan } = await preview("st_more");
    expect(plan?.targets.map(({ key }) => key)).toEqual(["nd_1", "nd_2"]);
    const steps = plan?.steps.filter((step) => step.kind === "node") ?? [];
    expect(steps.map((step) => step.kind === "node" && step.command.argv[0])).toEqual(["vgchange", "vgchange"]);
    expect(steps.every((step) => "command" in step.undo)).toBe(true);
    expect(JSON.stringify(steps)).toContain("spindle.storage=st_more");
  });

  it("runs only what was shown", async () => {
    const wrong = confirmRemoval(
      ctx,
      { storageId: "st_more", isForced: false, digest: "0".repeat(64), typed: "" },
      seen(),
    );
    await expect(wrong).rejects.toMatchObject({ view: { code: "stale" } });
  });

  it("ends with its rows gone and an audit row", async () => {
    const { taskId } = await confirm();
    await runPanelSteps(taskId);
    expect(await db().select().from(storages).where(eq(storages.id, "st_more"))).toEqual([]);
    const pinned = await db().select().from(nodeStorages);
    expect(pinned.map(({ storageId }) => storageId)).toEqual(["st_main", "st_main"]);
    const rows = await db().select().from(audit).where(eq(audit.action, "storage.remove"));
    expect(rows[0]).toMatchObject({ entityId: "st_more", actorName: "Anna" });
  });

  it("a drive placed between confirming and the first step fails the task before anything ran", async () => {
    const { taskId } = await confirm();
    await insertDrive();
    const begin = await stepOf(taskId, "begin");
    await expect(runStep(begin, taskId)).rejects.toMatchObject({
      view: { message: { key: "life.obstacle.remove-drives" } },
    });
    expect(await enabled()).toBe(true);
  });

  it("takes no new drives from its first step on, and as before once it is undone", async () => {
    const { taskId } = await confirm();
    const begin = await stepOf(taskId, "begin");
    await runStep(begin, taskId);
    expect(await enabled()).toBe(false);
    await expect(setStorageEnabled(ctx, { storageId: "st_more", isEnabled: true })).rejects.toMatchObject({
      view: { code: "busy" },
    });
    await inTransaction(async (tx) => panelUndoWork(begin)?.(tx, contextOf(taskId)));
    expect(await enabled()).toBe(true);
  });

  it.each([
    ["unreachable", seen({ nd_2: "unreachable" }), "life.obstacle.unreachable"],
    ["unknown", seen({ nd_2: "unknown" }), "life.obstacle.unknown"],
  ])(
    "a node that is %s stands in the way, or what stays there is listed and the name typed",
    async (_name, look, reason) => {
      const view = await preview("st_more", look);
      expect([view.digest, view.blockers[0]?.key]).toEqual([null, "life.obstacle.left"]);
      expect(view.left.map(({ nodeId, reason: why, steps }) => [nodeId, why.key, steps.length])).toEqual([
        ["nd_2", reason, 1],
      ]);
      const forced = await preview("st_more", look, true);
      expect(forced.plan?.targets.map(({ key }) => key)).toEqual(["nd_1"]);
      expect(forced.plan?.notes.map(({ key }) => key)).toContain("life.note.stays");
      await expect(confirm(look, true, "slow")).rejects.toMatchObject({
        view: { fields: { typed: expect.anything() } },
      });
      expect((await confirm(look, true, "fast")).taskId).toMatch(/^tk_/);
    },
  );

  it.each([
    ["is lost", { status: "lost" }, "life.obstacle.lost"],
    ["takes no writes", { readOnly: true }, "life.obstacle.read-only"],
  ] as const)(
    "a storage that %s can't be left either: its marks can't be taken off",
    async (_name, storage, reason) => {
      const view = await preview("st_more", seen({}, storage));
      expect(view.left.map(({ reason: why }) => why.key)).toEqual([reason, reason]);
    },
  );

  it("a node that answers is left, also while its main storage hangs", async () => {
    const measured = await seen({ nd_2: "unknown" })();
    const hangs = (node: NodeLive) =>
      node.nodeId === "nd_2" ? { ...node, reason: text("live.node.main-late") } : node;
    const view = await preview("st_more", async () => ({ ...measured, live: measured.live.map(hangs) }));
    expect([view.left, view.blockers]).toEqual([[], []]);
  });

  it("two who confirm at once start one task", async () => {
    const ends = await Promise.allSettled([confirm(), confirm()]);
    const refused = ends.find((end) => end.status === "rejected") as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ view: { code: "busy" } });
    expect(await db().select().from(tasks)).toHaveLength(1);
  });
});

describe("taking away a storage that all nodes see @P14 @S28", () => {
  beforeEach(seedShared);

  it.each([
    ["one can't be reached", { nd_2: "unreachable" }, "nd_2 is powered off", ["nd_2"]],
    ["it is not known how one is", { nd_1: "unknown" }, "nd_1 is powered off", ["nd_1"]],
    [
      "none can be reached",
      { nd_1: "unreachable", nd_2: "unreachable" },
      "nd_1, nd_2 are powered off",
      ["nd_1", "nd_2"],
    ],
  ] as const)(
    "while %s wants it said of each such node that it is off, and keeps that in the audit log",
    async (_what, health, said, off) => {
      const look = seen(health);
      const refused = await preview("st_more", look);
      expect([refused.digest, refused.blockers.map(({ key }) => key)]).toEqual([
        null,
        [...off.map(() => "life.obstacle.left"), ...off.map(() => "life.maps.stands")],
      ]);
      const forced = await preview("st_more", look, true);
      expect(forced.confirmName).toBe(said);
      const stated = forced.plan?.notes.filter(({ key }) => key === "life.maps.stated") ?? [];
      expect(stated.map(({ values }) => values)).toEqual(off.map((node) => ({ node, storages: "fast" })));
      await expect(confirm(look, true, "fast")).rejects.toMatchObject({ view: { code: "invalid-input" } });
      const { taskId } = await confirm(look, true, said);
      await runPanelSteps(taskId);
      const rows = await db().select().from(audit).where(eq(audit.action, "storage.remove"));
      expect(rows.at(-1)?.detail).toMatchObject({ left: off, off, taskId });
    },
  );

  it("of many nodes that can't be reached wants their number said", async () => {
    const more = ["nd_3", "nd_4"].map((id) => ({ id }));
    await db().delete(clusters);
    await seedCluster({
      storages: [{ id: "st_more", name: "fast", kind: "network-lvm" }],
      nodes: [{ id: "nd_1" }, { id: "nd_2" }, ...more],
    });
    const look = seen({ nd_1: "unreachable", nd_2: "unreachable" });
    expect((await preview("st_more", look, true)).confirmName).toBe("4 nodes are powered off");
  });

  it.each([
    ["is lost", { status: "lost" }, "life.obstacle.lost"],
    ["takes no writes", { readOnly: true }, "life.obstacle.read-only"],
  ] as const)(
    "while it %s everywhere takes it off every node; only the marks on it stay, which is said once",
    async (_what, storage, reason) => {
      const look = seen({}, storage);
      const refused = await preview("st_more", look);
      expect(refused.blockers.map(({ key }) => key)).toEqual(["life.obstacle.marks"]);
      expect(
        refused.left.map(({ nodeId, reason: why, steps }) => [nodeId, why.key, steps.map(({ id }) => id)]),
      ).toEqual([["nd_1", reason, ["nd_1.st_more.untag"]]]);
      const forced = await preview("st_more", look, true);
      expect([forced.confirmName, forced.plan?.targets.map(({ key }) => key)]).toEqual(["fast", ["nd_1", "nd_2"]]);
      const ids = forced.plan?.steps.map(({ id }) => id) ?? [];
      for (const node of ["nd_1", "nd_2"]) expect(ids).toContain(`${node}.st_more.log-out`);
      expect(ids.some((id) => id.endsWith("untag"))).toBe(false);
    },
  );

  it("takes the marks off it on a node where it is well", async () => {
    const measured = await seen()();
    const live = measured.live.map((node) =>
      node.nodeId === "nd_1"
        ? { ...node, storages: node.storages.map((one) => ({ ...one, status: "lost" as const })) }
        : node,
    );
    const { plan, left, blockers } = await preview("st_more", async () => ({ ...measured, live }));
    expect([left, blockers]).toEqual([[], []]);
    expect(plan?.steps.filter(({ id }) => id.endsWith("untag")).map(({ id }) => id)).toEqual(["nd_2.st_more.untag"]);
  });
});
