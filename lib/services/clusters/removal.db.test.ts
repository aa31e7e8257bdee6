import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import * as schema from "../../db/schema/index.ts";
import { seedCluster, seedDrive, TWO_STORAGES } from "../../db/test-cluster.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import { testPlan } from "../../db/test-task.ts";
import type { NodeLive } from "../../domain/live.ts";
import { isFinal } from "../../domain/plan.ts";
import { SHOWN_NODES } from "../../domain/plan-window.ts";
import { text } from "../../domain/text.ts";
import { createTask } from "../../plans/create-task.ts";
import { runToEnd } from "../../plans/test-run.ts";
import { sealSecret } from "../../secrets/store.ts";
import { newKeyPair } from "../../ssh/keys.ts";
import { confirmDraft } from "../drafts/confirm.ts";
import { saveDraft, startJoinDraft, startStorageDraft } from "../drafts/edit.ts";
import { getDraft } from "../drafts/view.ts";
import type { Measured } from "../drives/world.ts";
import { registerNodeRemoval } from "../nodes/removal.ts";
import { confirmRemoval, previewRemoval } from "../nodes/remove.ts";
import { registerJoinSteps } from "./record.ts";
import { confirmClusterRemoval, previewClusterRemoval } from "./remove.ts";
import { registerClusterRemoval } from "./settle-removal.ts";
import { ctx, startTestPanel } from "../test-panel.ts";

const { audit, clusters, drafts, drives, nodes, plans, secrets, storages, taskLocks, tasks } = schema;
let database: TestDatabase;

beforeAll(async () => {
  database = await startTestPanel();
  registerNodeRemoval();
  registerClusterRemoval();
  registerJoinSteps();
});
afterAll(async () => {
  await database.stop();
});

/** A cluster of two nodes with an LVM and a File storage, as a join leaves it, and one without nodes. */
beforeEach(async () => {
  for (const table of [drives, taskLocks, tasks, plans, drafts, nodes, clusters, secrets]) await db().delete(table);
  const sealed = () => sealSecret({ purpose: "node-key", value: newKeyPair().privateKey });
  const member = async (id: string) => ({ id, address: `${id}.example.net`, keySecret: await sealed() });
  await seedCluster({ storages: TWO_STORAGES, nodes: [await member("nd_1"), await member("nd_2")] });
  await seedCluster({
    ...{ id: "cl_2", name: "beta" },
    storages: [{ id: "st_other", name: "files", kind: "file", isMain: true }],
  });
});

/** A storage that all nodes see. */
const SHARED = {
  ...{ id: "st_net", clusterId: "cl_1", name: "san", kind: "network-lvm" as const },
  config: {
    ...{ portals: "10.0.0.9", target: "iqn.2026-01.lab.host:san1", wwid: "360000000000000000e00000000010001" },
    ...{ chapUser: "", chapSecret: "", reverseUser: "", reverseSecret: "" },
    ...{ vgName: "net0", waitSeconds: 60, wipe: false },
  },
};

interface Situation {
  /** Nodes that can't be reached. */
  away?: string[];
  /** Storages that are lost, on every node. */
  lost?: string[];
}

/** What the hub would answer. */
function seen({ away = [], lost = [] }: Situation = {}): () => Promise<Measured> {
  const live = ["nd_1", "nd_2"].map((nodeId): NodeLive => {
    const nothing = {
      reason: null,
      cause: null,
      since: null,
      figures: null,
      figuresAgeMs: 0,
      warnings: [],
      diskFaults: [],
    };
    const own = ["st_lvm", "st_file", "st_net"].map((storageId) => ({
      ...{ storageId, nodeId, status: lost.includes(storageId) ? ("lost" as const) : ("ok" as const), suspect: false },
      ...{ readOnly: false, full: false, since: null, checks: 1, confirmedAt: null, cause: null },
      ...{ figures: null, figuresAgeMs: 0, checkedAgeMs: 0, capacityOf: null },
    }));
    const health = away.includes(nodeId) ? "unreachable" : "active";
    return { nodeId, clusterId: "cl_1", health, ...nothing, storages: own };
  });
  return async () => ({ live, volumes: [], details: {} });
}

const EVERY_AWAY = seen({ away: ["nd_1", "nd_2"] });

const preview = (look = seen(), isForced = false, clusterId = "cl_1") =>
  previewClusterRemoval(ctx, { clusterId, isForced }, look);

async function confirm(look = EVERY_AWAY, typed = "alpha", clusterId = "cl_1") {
  const { digest, blockers } = await preview(look, true, clusterId);
  if (!digest) throw new Error(JSON.stringify(blockers));
  return confirmClusterRemoval(ctx, { clusterId, isForced: true, digest, typed }, look);
}

const insertDrive = (label = "web") => seedDrive({ storageId: "st_file", nodeId: "nd_2", label, format: "qcow2" });

/** A task of the cluster that has not ended, such as a join: it works on a machine that is no node yet. */
const openTask = (): Promise<string> =>
  inTransaction((tx) => createTask(tx, ctx, testPlan({ kind: "nodes.join" }), { clusterId: "cl_1" }));

const idsOf = async (table: typeof nodes | typeof clusters | typeof storages | typeof drives | typeof drafts) =>
  (await db().select({ id: table.id }).from(table)).map(({ id }) => id).toSorted();
const auditOf = (action: string, entityId: string) =>
  db()
    .select()
    .from(audit)
    .where(and(eq(audit.action, action), eq(audit.entityId, entityId)));

describe("deleting a cluster with nodes @P14 @B01", () => {
  it("first keeps every node's drives away, then lets go of all that can be taken back, and only then of each way in", async () => {
    const { plan, left, blockers, confirmName } = await preview();
    const leave = (node: string) =>
      ["st_lvm.untag", "st_file.unmark", "host.unmark"].toSorted().map((step) => `${node}.${step}`);
    const ids = plan?.steps.map((step) => step.id) ?? [];
    expect(ids.slice(0, 2)).toEqual(["nd_1.begin", "nd_2.begin"]);
    expect(ids.slice(2, 8).toSorted()).toEqual([...leave("nd_1"), ...leave("nd_2")].toSorted());
    expect(ids.slice(8)).toEqual([...["nd_1.host.exit", "nd_1.end", "nd_2.host.exit", "nd_2.end"], "remove"]);
    expect(plan?.targets.map(({ key }) => key)).toEqual(["nd_1", "nd_2"]);
    expect([left, blockers, confirmName]).toEqual([[], [], "alpha"]);
    // What failed before the first way in is gone takes everything back.
    const firstExit = plan?.steps.findIndex(isFinal) ?? -1;
    expect(firstExit).toBe(8);
    expect(plan?.steps.slice(0, firstExit).every((step) => !("none" in step.undo))).toBe(true);
  });

  it("is refused while drives are in it, and says how many; by force too", async () => {
    await insertDrive();
    await insertDrive("mail");
    for (const isForced of [false, true])
      expect(await preview(EVERY_AWAY, isForced)).toMatchObject({
        ...{ plan: null, digest: null },
        blockers: [{ key: "life.obstacle.cluster-drives", values: { count: 2 } }],
      });
  });

  it("is refused while tasks are at work in it, such as a join; by force too", async () => {
    await openTask();
    for (const isForced of [false, true])
      expect(await preview(EVERY_AWAY, isForced)).toMatchObject({
        ...{ plan: null, digest: null },
        blockers: [{ key: "life.obstacle.cluster-tasks", values: { count: 1 } }],
      });
  });

  it("a node that can't be reached stands in the way; by force its steps are left out and listed", async () => {
    const look = seen({ away: ["nd_2"] });
    const refused = await preview(look);
    expect([refused.digest, refused.blockers[0]?.key]).toEqual([null, "node.remove.not-reached"]);
    const forced = await preview(look, true);
    expect(forced.plan?.targets.map(({ key }) => key)).toEqual(["nd_1"]);
    expect(forced.left.map(({ nodeId, steps }) => [nodeId, steps.map(({ id }) => id).toSorted()])).toEqual([
      ["nd_2", ["host.exit", "host.unmark", "st_file.unmark", "st_lvm.untag"]],
    ]);
    expect(forced.plan?.notes).toContainEqual(text("life.note.stays", { node: "nd_2", count: 4 }));
    const end = forced.plan?.steps.find((step) => step.id === "nd_2.end");
    expect(end?.kind === "panel" && end.input).toMatchObject({ isForced: true });
  });

  it("a storage that is lost stays marked on every node, and the nodes let go of the rest", async () => {
    const look = seen({ lost: ["st_lvm"] });
    expect((await preview(look)).blockers.map(({ key }) => key)).toEqual(["life.obstacle.left", "life.obstacle.left"]);
    const forced = await preview(look, true);
    expect(forced.left.map(({ steps }) => steps.map(({ id }) => id))).toEqual([["st_lvm.untag"], ["st_lvm.untag"]]);
    expect(forced.plan?.steps.map(({ id }) => id)).toContain("nd_1.st_file.unmark");
  });

  describe("with a storage that all nodes see @S28", () => {
    beforeEach(async () => {
      await db().insert(storages).values(SHARED);
      const identity = {
        vgUuid: "NET",
        pvUuids: "PV",
        imageFs: "",
        shareFs: "",
        wwid: SHARED.config.wwid,
        target: "iqn",
      };
      for (const nodeId of ["nd_1", "nd_2"])
        await db().insert(schema.nodeStorages).values({ nodeId, storageId: SHARED.id, identity });
    });

    it("wants it said of each node that can't be reached that it is off: the LUN can come to others later", async () => {
      const look = seen({ away: ["nd_2"] });
      expect((await preview(look)).blockers.map(({ key }) => key)).toContain("life.maps.stands");
      const forced = await preview(look, true);
      expect(forced.confirmName).toBe("nd_2 is powered off");
      expect(forced.plan?.notes).toContainEqual(text("life.maps.stated", { node: "nd_2", storages: "san" }));
      await expect(confirm(look, "alpha")).rejects.toMatchObject({ view: { code: "invalid-input" } });
      expect((await confirm(look, "nd_2 is powered off")).taskId).toMatch(/^tk_/);
    });

    it("keeps in the audit log of whom that was said", async () => {
      const { taskId } = await confirm(EVERY_AWAY, "nd_1, nd_2 are powered off");
      expect(await runToEnd(taskId)).toBe("done");
      const [row] = (await auditOf("cluster.remove", "cl_1")).slice(-1);
      expect(row).toMatchObject({ detail: { off: ["nd_1", "nd_2"], taskId } });
      expect((await auditOf("node.remove", "nd_1")).at(-1)).toMatchObject({ detail: { off: ["nd_1"], taskId } });
    });

    it("lets go of it on every node while it is lost; only the marks on it stay, and nothing is said of nodes", async () => {
      const look = seen({ lost: ["st_net"] });
      expect((await preview(look)).blockers.map(({ key }) => key)).toEqual(["life.obstacle.marks"]);
      const forced = await preview(look, true);
      expect(forced.confirmName).toBe("alpha");
      expect(forced.left.map(({ nodeId, steps }) => [nodeId, steps.map(({ id }) => id)])).toEqual([
        ["nd_1", ["st_net.untag"]],
      ]);
      const ids = forced.plan?.steps.map(({ id }) => id) ?? [];
      for (const node of ["nd_1", "nd_2"]) expect(ids).toContain(`${node}.st_net.log-out`);
    });
  });

  it("takes every row along: nodes with their keys, storages, drafts; and tells it in the audit log", async () => {
    await startJoinDraft(ctx, "cl_1");
    const { taskId } = await confirm();
    expect(await runToEnd(taskId)).toBe("done");
    expect(await idsOf(clusters)).toEqual(["cl_2"]);
    expect(await idsOf(storages)).toEqual(["st_other"]);
    expect([await idsOf(nodes), await idsOf(drafts)]).toEqual([[], []]);
    expect(await db().select().from(secrets)).toEqual([]);
    expect((await auditOf("cluster.remove", "cl_1")).at(-1)).toMatchObject({
      actorName: "Anna",
      detail: { name: "alpha", storages: expect.arrayContaining(["fast", "files"]), left: ["nd_1", "nd_2"], taskId },
    });
    for (const id of ["nd_1", "nd_2"])
      expect((await auditOf("node.remove", id)).at(-1)).toMatchObject({ detail: { isForced: true, taskId } });
  });

  it("a drive placed between confirming and the first step takes everything back: the nodes are members again", async () => {
    const { taskId } = await confirm();
    await insertDrive("late");
    expect(await runToEnd(taskId)).toBe("undone");
    expect(await idsOf(clusters)).toEqual(["cl_1", "cl_2"]);
    const rows = await db().select({ membership: nodes.membership }).from(nodes);
    expect(rows).toEqual([{ membership: "member" }, { membership: "member" }]);
  });

  it("wants the cluster's name, and runs only what was shown", async () => {
    await expect(confirm(EVERY_AWAY, "beta")).rejects.toMatchObject({ view: { fields: { typed: expect.anything() } } });
    const { digest } = await preview();
    const input = { clusterId: "cl_1", isForced: true, digest: digest ?? "", typed: "alpha" };
    await expect(confirmClusterRemoval(ctx, input, EVERY_AWAY)).rejects.toMatchObject({ view: { code: "stale" } });
    expect(await db().select().from(tasks)).toEqual([]);
  });

  it("of many nodes the first are shown, all of them once they are asked for; what is confirmed is the whole", async () => {
    const count = SHOWN_NODES + 5;
    const more = Array.from({ length: count - 2 }, (_, index) => `nd_more_${index}`);
    const way = { clusterId: "cl_1", port: 22, user: "root", fingerprint: "SHA256:x", keySecret: "se_gone" };
    await db()
      .insert(nodes)
      .values(more.map((id) => ({ ...way, id, name: id, address: id, machineId: id, membership: "member" as const })));
    const shown = await preview(EVERY_AWAY, true);
    const whole = await previewClusterRemoval(ctx, { clusterId: "cl_1", isForced: true, isWhole: true }, EVERY_AWAY);
    expect(whole.counts).toBeUndefined();
    expect([shown.left.length, shown.counts?.left, whole.left.length]).toEqual([SHOWN_NODES, count, count]);
    expect(shown.counts?.steps).toBe(whole.plan?.steps.length);
    expect(shown.plan?.steps.length).toBeLessThan(whole.plan?.steps.length ?? 0);
    expect(shown.digest).toBe(whole.digest);
    const { taskId } = await confirm();
    expect(await runToEnd(taskId)).toBe("done");
    expect(await idsOf(nodes)).toEqual([]);
  });

  it("of two who delete it at once one is told, and so is who removes a node meanwhile", async () => {
    const ends = await Promise.allSettled([confirm(), confirm()]);
    expect(ends.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const look = seen();
    const view = await previewRemoval(ctx, { nodeId: "nd_1", isForced: false }, look);
    const digest = view.digest ?? "";
    const other = confirmRemoval(ctx, { nodeId: "nd_1", isForced: false, digest, typed: "" }, look);
    await expect(other).rejects.toMatchObject({ view: { code: "busy" } });
    expect(await db().select().from(tasks)).toHaveLength(1);
  });

  it("who brings something into a cluster that is being deleted is told so, and nothing begins", async () => {
    const { draftId } = await startStorageDraft(ctx, "cl_2");
    const { version, data } = await getDraft(ctx, draftId);
    const added = { key: "s2", kind: "file" as const, name: "more", config: { vmDir: "/srv/more" } };
    await saveDraft(ctx, { draftId, version, data: { ...data, storages: [...data.storages, added] } });
    const { digest } = await getDraft(ctx, draftId);
    await confirm(seen(), "beta", "cl_2");
    await expect(confirmDraft(ctx, { draftId, digest: digest ?? "" })).rejects.toMatchObject({
      view: { code: "busy", message: { key: "life.obstacle.cluster-leaves" } },
    });
    expect(await db().select().from(tasks)).toHaveLength(1);
  });
});

describe("deleting an empty cluster @P14", () => {
  it("wants its name typed, and takes storages and drafts along", async () => {
    await startJoinDraft(ctx, "cl_2");
    await expect(confirm(seen(), "alpha", "cl_2")).rejects.toMatchObject({ view: { code: "invalid-input" } });
    const { taskId } = await confirm(seen(), "beta", "cl_2");
    expect(await runToEnd(taskId)).toBe("done");
    expect([await idsOf(clusters), await idsOf(drafts)]).toEqual([["cl_1"], []]);
  });

  it("fails when a node has come to it between confirming and the step", async () => {
    const { taskId } = await confirm(seen(), "beta", "cl_2");
    await db().update(nodes).set({ clusterId: "cl_2" }).where(eq(nodes.id, "nd_2"));
    expect(await runToEnd(taskId)).toBe("undone");
    const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
    expect(task?.error?.message.key).toBe("life.obstacle.cluster-not-empty");
    expect(await idsOf(clusters)).toEqual(["cl_1", "cl_2"]);
  });

  it("of one that is gone says so", async () => {
    await expect(preview(seen(), false, "cl_9")).rejects.toMatchObject({ view: { code: "not-found" } });
  });
});
