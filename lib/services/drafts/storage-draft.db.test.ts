import { eq, isNotNull } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import {
  audit,
  clusters,
  draftNodes,
  drafts,
  nodeStorages,
  nodes,
  secrets,
  storages,
  taskSteps,
  tasks,
} from "../../db/schema/index.ts";
import { type NodeSeed, seedCluster, seedNodes } from "../../db/test-cluster.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import { seedTask } from "../../db/test-task.ts";
import type { DraftData } from "../../domain/dto.ts";
import { panelStepWork } from "../../plans/panel-steps.ts";
import { sealSecret, sweepSecrets } from "../../secrets/store.ts";
import { registerJoinSteps } from "../clusters/record.ts";
import type { ServiceContext } from "../context.ts";
import type { RecordInput } from "./assemble.ts";
import { confirmDraft } from "./confirm.ts";
import { discardDraft, saveDraft, startJoinDraft, startStorageDraft } from "./edit.ts";
import { addMachine, lookAgain, removeMachine } from "./machines.ts";
import { sweepDrafts } from "./sweep.ts";
import { getDraft } from "./view.ts";
import { startTestPanel } from "../test-panel.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await startTestPanel();
  registerJoinSteps();
});
afterAll(async () => {
  await database.stop();
});

const person = (id: string): ServiceContext => ({
  actor: { id, name: id, email: `${id}@localhost` },
  requestId: "test",
  address: "127.0.0.1",
  now: new Date(),
});
const anna = person("anna");

async function member(number: number): Promise<NodeSeed> {
  const keySecret = await sealSecret({ purpose: "node-key", value: `key ${number}` });
  const place = { address: `127.9.9.${number}`, port: 1, fingerprint: `SHA256:${number}` };
  return { id: `nd_${number}`, name: `n${number}`, ...place, keySecret };
}

beforeEach(async () => {
  await seedCluster({
    storages: [
      { id: "st_main", name: "ssd", kind: "file", isMain: true },
      { id: "st_lvm", name: "fast", kind: "lvm" },
    ],
    nodes: [await member(1), await member(2)],
  });
});
afterEach(async () => {
  await db().delete(drafts);
  await db().delete(clusters);
  await db().delete(secrets);
});

type DraftStorage = DraftData["storages"][number];
const file = (name: string, vmDir: string): DraftStorage => ({ key: "s3", kind: "file", name, config: { vmDir } });

async function type(draftId: string, added: DraftStorage[], step: DraftData["step"] = "storages") {
  const { version, data, fixed } = await getDraft(anna, draftId);
  const kept = data.storages.filter(({ key }) => fixed.includes(key));
  return saveDraft(anna, { draftId, version, data: { ...data, step, storages: [...kept, ...added] } });
}

const keysOf = async () => (await db().select({ id: secrets.id }).from(secrets)).map(({ id }) => id).toSorted();

describe("a draft of storages for a cluster that exists @P14", () => {
  it("has every node of the cluster as a machine, and its storages as they are", async () => {
    const { draftId } = await startStorageDraft(anna, "cl_1");
    expect(await startStorageDraft(anna, "cl_1")).toMatchObject({ draftId, isNew: false });
    const draft = await getDraft(anna, draftId);
    expect(draft.nodes.map(({ key, credential }) => [key, credential])).toEqual([
      ["nd_1", "member"],
      ["nd_2", "member"],
    ]);
    expect(draft.fixed).toEqual(["st_lvm", "st_main"]);
    const changed = await saveDraft(anna, {
      ...{ draftId, version: draft.version },
      data: { ...draft.data, name: "other", imageDir: "/other", storages: [], mainKey: null },
    });
    expect(changed.data).toMatchObject({ name: "alpha", imageDir: "/image", mainKey: "st_main" });
    expect(changed.data.storages.map(({ key }) => key)).toEqual(["st_lvm", "st_main"]);
    expect(changed.problems.storages?.key).toBe("join.rule.no-new-storage");
  });

  it("never throws away a node's key, nor lets it expire", async () => {
    const before = await keysOf();
    const { draftId } = await startStorageDraft(anna, "cl_1");
    await lookAgain(anna, { draftId, key: "nd_1" });
    await sweepDrafts();
    await sweepSecrets();
    expect(await db().select().from(secrets).where(isNotNull(secrets.expiresAt))).toEqual([]);
    await discardDraft(anna, draftId);
    expect(await keysOf()).toEqual(before);
    await startStorageDraft(anna, "cl_1");
    await sweepDrafts(new Date(Date.now() + 90 * 86_400_000));
    expect(await db().select().from(drafts)).toEqual([]);
    expect(await keysOf()).toEqual(before);
  });

  it("takes no other machine, and leaves none out", async () => {
    const { draftId } = await startStorageDraft(anna, "cl_1");
    const refused = { view: { code: "conflict", message: { key: "join.draft.every-member" } } };
    const machine = { draftId, address: "127.9.9.9", port: 1, user: "root", credential: "key" as const };
    await expect(addMachine(anna, machine)).rejects.toMatchObject(refused);
    await expect(removeMachine(anna, { draftId, key: "nd_1" })).rejects.toMatchObject(refused);
  });

  it.each([
    [file("ssd", "/srv/a"), "storages.s3.name", "join.rule.storage-name-taken"],
    [file("new", "/vm"), "storages.s3.config.vmDir", "join.rule.directory-taken"],
    [file("new", "/vm/inner"), "storages.s3.config.vmDir", "join.rule.directory-taken"],
    [file("new", "/image"), "storages.s3.config.vmDir", "join.rule.same-directory"],
    [
      { key: "s3", kind: "lvm", name: "new", config: { vgName: "lvm0" } } as DraftStorage,
      "storages.s3.config.vgName",
      "join.rule.claim-taken",
    ],
    [{ key: "s3", kind: "zfs", name: "new", config: {} } as DraftStorage, "storages.s3.kind", "join.rule.kinds-kvm"],
  ])("%j is refused as in the wizard @S08", async (storage, path, key) => {
    const { draftId } = await startStorageDraft(anna, "cl_1");
    const { problems, digest } = await type(draftId, [storage]);
    expect([problems[path]?.key, digest]).toEqual([key, null]);
    await expect(confirmDraft(anna, { draftId, digest: "0".repeat(64) })).rejects.toMatchObject({
      view: { code: "conflict" },
    });
  });

  it("knows when a node has come since, and takes it in with the next save", async () => {
    const { draftId } = await startStorageDraft(anna, "cl_1");
    await seedNodes("cl_1", [await member(3)]);
    const before = await getDraft(anna, draftId);
    expect(before.blockers.map(({ key }) => key)).toContain("join.blocker.members");
    const after = await type(draftId, [file("new", "/srv/new")], "nodes");
    expect(after.nodes.map(({ key }) => key)).toEqual(["nd_1", "nd_2", "nd_3"]);
    expect(after.blockers.map(({ key }) => key)).not.toContain("join.blocker.members");
  });

  it("plans a storage of a cluster without nodes on paper", async () => {
    await db().delete(nodes);
    const { draftId } = await startStorageDraft(anna, "cl_1");
    const { plan, blockers, digest } = await type(draftId, [file("new", "/srv/new")], "review");
    expect([blockers, plan?.steps.map(({ id }) => id), plan?.targets]).toEqual([[], ["record"], []]);
    const { taskId } = await confirmDraft(anna, { draftId, digest: digest ?? "" });
    expect(taskId).toMatch(/^tk_/);
  });

  it("for a cluster that is gone is not there", async () => {
    const { draftId } = await startStorageDraft(anna, "cl_1");
    await db().delete(clusters);
    await expect(getDraft(anna, draftId)).rejects.toMatchObject({ view: { code: "not-found" } });
    await expect(startStorageDraft(anna, "cl_1")).rejects.toMatchObject({ view: { code: "not-found" } });
  });
});

/** What the last step of the task is given. */
const recordOf = (nodeIds: string[], kind: "storage.add" | "nodes.join"): RecordInput => {
  const identities = { st_new: { marker: "{}" } };
  const storage = {
    key: "s3",
    id: "st_new",
    kind: "file" as const,
    name: "new",
    config: { vmDir: "/new" },
    isMain: false,
  };
  const base = { draftId: "df_1", clusterId: "cl_1", cluster: null };
  if (kind === "storage.add")
    return {
      ...base,
      storages: [storage],
      nodes: [],
      joined: nodeIds.map((nodeId) => ({ nodeId, identities })),
      late: [],
    };
  return {
    ...base,
    ...{ storages: [], joined: [], late: [] },
    nodes: nodeIds.map((id) => ({
      ...{ id, name: id, address: id, port: 22, user: "root", fingerprint: "f", keySecret: "k", machineId: id },
      ...{ facts: {}, identities: { st_main: { marker: "{}" } } },
    })),
  };
};

const actor = { id: "anna", name: "Anna" };
const run = (kind: "storage.add" | "nodes.join", input: RecordInput) =>
  inTransaction((tx) =>
    panelStepWork({
      ...{ kind: "panel", id: "record", title: { key: "common.show" }, action: kind },
      ...{ input: input as unknown as Record<string, unknown>, undo: { none: { key: "common.show" } } },
    })(tx, { taskId: "tk_1", requestId: "rq", actor }),
  );

describe("the last step", () => {
  it("writes the storage with its identity on every node, and its audit row @P14", async () => {
    await run("storage.add", recordOf(["nd_1", "nd_2"], "storage.add"));
    const pinned = await db().select().from(nodeStorages).where(eq(nodeStorages.storageId, "st_new"));
    expect(pinned.map(({ nodeId }) => nodeId).toSorted()).toEqual(["nd_1", "nd_2"]);
    const [row] = await db().select().from(storages).where(eq(storages.id, "st_new"));
    expect(row).toMatchObject({ isMain: false, isEnabled: true });
    expect(await db().select().from(audit).where(eq(audit.action, "storage.add"))).toHaveLength(1);
  });

  it("takes what of an identity only the task could tell from its journal, and refuses where that is not said @B04", async () => {
    const step = { taskId: "tk_1", position: 0, stepId: "nd_1.st_new.vg-uuid", state: "done" as const };
    await seedTask();
    const late = [{ nodeId: "nd_1", storageId: "st_new", stepId: step.stepId, fields: ["vgUuid"] }];
    const input = { ...recordOf(["nd_1", "nd_2"], "storage.add"), late };
    await expect(run("storage.add", input)).rejects.toMatchObject({ view: { message: { key: "join.record.late" } } });
    await db()
      .insert(taskSteps)
      .values({ ...step, output: "  WARNING: something\nvgUuid=S8U9wx-3I0A\n" });
    await run("storage.add", input);
    const pinned = await db().select().from(nodeStorages).where(eq(nodeStorages.storageId, "st_new"));
    expect(pinned.map(({ nodeId, identity }) => [nodeId, identity.vgUuid]).toSorted()).toEqual([
      ["nd_1", "S8U9wx-3I0A"],
      ["nd_2", undefined],
    ]);
    await db().delete(tasks);
  });

  it.each([
    ["a node has come", async () => seedNodes("cl_1", [await member(3)])],
    ["a node has gone", async () => void (await db().delete(nodes).where(eq(nodes.id, "nd_2")))],
  ])("refuses when %s meanwhile: the storage would not be on every node @P14", async (_name, change) => {
    await change();
    await expect(run("storage.add", recordOf(["nd_1", "nd_2"], "storage.add"))).rejects.toMatchObject({
      view: { message: { key: "life.obstacle.members" } },
    });
    expect(await db().select().from(storages).where(eq(storages.id, "st_new"))).toEqual([]);
  });

  it("of a join refuses when a storage has come meanwhile: the node would lack it @P14", async () => {
    await expect(run("nodes.join", recordOf(["nd_9"], "nodes.join"))).rejects.toMatchObject({
      view: { message: { key: "join.record.storages" } },
    });
    expect(await db().select().from(nodes).where(eq(nodes.id, "nd_9"))).toEqual([]);
  });
});

describe("a draft of nodes", () => {
  it("has the storages that the cluster has now, not those it had when it was begun @P14", async () => {
    const { draftId } = await startJoinDraft(anna, "cl_1");
    await db().delete(storages).where(eq(storages.id, "st_lvm"));
    await db()
      .insert(storages)
      .values({ id: "st_new", clusterId: "cl_1", name: "new", kind: "file", config: { vmDir: "/new" } });
    const { data, fixed } = await getDraft(anna, draftId);
    expect(data.storages.map(({ key }) => key)).toEqual(["st_main", "st_new"]);
    expect(fixed).toEqual(["st_main", "st_new"]);
    expect(await db().select().from(draftNodes)).toEqual([]);
  });
});
