import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import * as schema from "../../db/schema/index.ts";
import { seedCluster, seedDrive, TWO_STORAGES } from "../../db/test-cluster.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import { testPlan, testTarget } from "../../db/test-task.ts";
import type { NodeLive } from "../../domain/live.ts";
import type { Plan } from "../../domain/plan.ts";
import { createTask } from "../../plans/create-task.ts";
import { runToEnd } from "../../plans/test-run.ts";
import { sealSecret } from "../../secrets/store.ts";
import { newKeyPair } from "../../ssh/keys.ts";
import type { Measured } from "../drives/world.ts";
import { nodeConcerns } from "./concerns.ts";
import { nodeHistory } from "./history.ts";
import { editNode } from "./edit.ts";
import { acceptHostKey, readNodeHostKey } from "./host-key.ts";
import { setNodeMode } from "./mode.ts";
import { registerNodeRemoval } from "./removal.ts";
import { confirmRemoval, previewRemoval } from "./remove.ts";
import { confirmKeyRotation, planKeyRotation } from "./rotate.ts";
import { registerRotationSteps } from "./rotation.ts";
import { ctx, startTestPanel } from "../test-panel.ts";

const { audit, clusters, drives, nodes, plans, secrets, taskLocks, tasks } = schema;
let database: TestDatabase;

beforeAll(async () => {
  database = await startTestPanel();
  registerNodeRemoval();
  registerRotationSteps();
});
afterAll(async () => {
  await database.stop();
});

/** A cluster of two nodes with a File and an LVM storage, as a join leaves it. */
beforeEach(async () => {
  for (const table of [drives, taskLocks, tasks, plans, nodes, clusters, secrets]) await db().delete(table);
  const sealed = () => sealSecret({ purpose: "node-key", value: newKeyPair().privateKey });
  const member = async (id: string) => ({ id, address: `${id}.example.net`, keySecret: await sealed() });
  await seedCluster({ storages: TWO_STORAGES, nodes: [await member("nd_1"), await member("nd_2")] });
});

interface Situation {
  health?: NodeLive["health"];
  /** Status of the storages by id. */
  lost?: string[];
}

/** What the hub would answer. */
function seen({ health = "active", lost = [] }: Situation = {}): () => Promise<Measured> {
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
    return { nodeId, clusterId: "cl_1", health, ...nothing, storages: own };
  });
  return async () => ({ live, volumes: [], details: {} });
}

const driveOn = (nodeId: string, label = "web") => seedDrive({ storageId: "st_file", nodeId, label, format: "qcow2" });

const NET = {
  ...{ id: "st_net", name: "san", kind: "network-lvm" as const },
  config: {
    ...{ portals: "10.0.0.9", target: "iqn.2026-01.lab.host:san1", wwid: "360000000000000000e00000000010001" },
    ...{ chapUser: "", chapSecret: "", reverseUser: "", reverseSecret: "" },
    ...{ vgName: "net0", waitSeconds: 60, wipe: false },
  },
};

/** Both nodes have joined a storage that all nodes see. */
async function joinNet(): Promise<void> {
  await db()
    .insert(schema.storages)
    .values({ ...NET, clusterId: "cl_1" });
  const identity = { vgUuid: "NET", pvUuids: "PV", imageFs: "", shareFs: "", wwid: NET.config.wwid, target: "iqn" };
  for (const nodeId of ["nd_1", "nd_2"])
    await db().insert(schema.nodeStorages).values({ nodeId, storageId: "st_net", identity });
}

/** A task that has not ended and works on a node. */
const taskOn = (nodeId: string): Promise<string> =>
  inTransaction((tx) => createTask(tx, ctx, testPlan({ targets: [testTarget(nodeId)] })));

async function confirm(isForced: boolean, look = seen(), typed = "", nodeId = "nd_1") {
  const { digest, blockers } = await previewRemoval(ctx, { nodeId, isForced }, look);
  if (!digest) throw new Error(JSON.stringify(blockers));
  return confirmRemoval(ctx, { nodeId, isForced, digest, typed }, look);
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
    const { plan, left, confirmName } = await previewRemoval(ctx, { nodeId: "nd_1", isForced: false }, seen());
    expect(plan?.steps.map((step) => step.id)).toEqual([
      ...["begin", "st_file.unmark", "st_lvm.untag", "host.unmark", "host.exit", "end"],
    ]);
    expect([left, confirmName]).toEqual([[], null]);
  });

  it.each<[string, Situation, () => Promise<unknown>, string]>([
    ["drives are on it", {}, () => driveOn("nd_1"), "node.remove.drives"],
    ["it can't be reached", { health: "unreachable" }, async () => {}, "node.remove.not-reached"],
    ["a storage is lost there", { lost: ["st_lvm"] }, async () => {}, "life.obstacle.left"],
  ])("is refused while %s, and by force says what is left behind", async (_name, situation, make, key) => {
    await make();
    const look = seen(situation);
    const refused = await previewRemoval(ctx, { nodeId: "nd_1", isForced: false }, look);
    expect(refused).toMatchObject({ plan: null, digest: null, canForce: true, blockers: [{ key }] });
    const forced = await previewRemoval(ctx, { nodeId: "nd_1", isForced: true }, look);
    expect(forced.left.length).toBeGreaterThan(0);
    expect(forced.confirmName).toBe("nd_1");
    await expect(confirm(true, look, "nd_2")).rejects.toMatchObject({ view: { code: "invalid-input" } });
    expect(await db().select().from(tasks)).toEqual([]);
  });

  it("is refused while a task works on the node, by force too", async () => {
    await taskOn("nd_1");
    for (const isForced of [false, true]) {
      const view = await previewRemoval(ctx, { nodeId: "nd_1", isForced }, seen());
      expect(view).toMatchObject({ plan: null, canForce: false, blockers: [{ key: "node.obstacle.task" }] });
    }
  });

  it("of a node that can't be reached removes the panel's rows, says what stays there, and nothing runs", async () => {
    await driveOn("nd_1");
    await driveOn("nd_2", "mail");
    const before = await nodeOf("nd_1");
    const look = seen({ health: "unreachable" });
    const view = await previewRemoval(ctx, { nodeId: "nd_1", isForced: true }, look);
    expect(view.plan?.steps.map((step) => step.kind)).toEqual(["panel", "panel"]);
    expect(view.left.map((one) => one.key)).toEqual([
      ...["node.left.drive", "file.left.mark", "lvm.left.tags", "node.left.key", "node.left.mark"],
    ]);
    const { taskId } = await confirm(true, look, "nd_1");
    expect(await runToEnd(taskId)).toBe("done");
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

  it("of a node that can't be reached, and that may map what all nodes see, wants it said that it is off @S28", async () => {
    await joinNet();
    const look = seen({ health: "unreachable" });
    const refused = await previewRemoval(ctx, { nodeId: "nd_1", isForced: false }, look);
    expect(refused.blockers.map(({ key }) => key)).toContain("life.maps.stands");
    const forced = await previewRemoval(ctx, { nodeId: "nd_1", isForced: true }, look);
    expect([forced.confirmName, forced.left[0]?.key]).toEqual(["nd_1 is powered off", "life.maps.stated"]);
    await expect(confirm(true, look, "nd_1")).rejects.toMatchObject({ view: { code: "invalid-input" } });
    const { taskId } = await confirm(true, look, "nd_1 is powered off");
    expect(await runToEnd(taskId)).toBe("done");
    expect((await auditOf("node.remove", "nd_1")).at(-1)).toMatchObject({ detail: { off: ["nd_1"], taskId } });
  });

  it("of a node that can be reached lets go of what all nodes see also while it is lost there: nothing has to be said @S28", async () => {
    await joinNet();
    const view = await previewRemoval(ctx, { nodeId: "nd_1", isForced: false }, seen({ lost: ["st_net"] }));
    expect([view.blockers, view.left, view.confirmName]).toEqual([[], [], null]);
    expect(view.plan?.steps.map(({ id }) => id)).toEqual(expect.arrayContaining(["st_net.maps", "st_net.log-out"]));
  });

  it("that finds a drive placed since it was confirmed undoes itself: the node stays a member", async () => {
    const look = seen({ health: "unreachable" });
    const { taskId } = await confirm(true, look, "nd_1");
    await driveOn("nd_1", "late");
    expect(await runToEnd(taskId)).toBe("undone");
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
    const { digest } = await previewRemoval(ctx, { nodeId: "nd_1", isForced: false }, seen());
    const input = { nodeId: "nd_1", isForced: true, digest: digest ?? "", typed: "nd_1" };
    const away = confirmRemoval(ctx, input, seen({ health: "unreachable" }));
    await expect(away).rejects.toMatchObject({ view: { code: "stale" } });
  });
});

/** A port of this machine that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("changing a node @P03", () => {
  const as = { nodeId: "nd_1", name: "nd_1", address: "nd_1.example.net", port: 22 };
  const at = (field: string, key: string) => ({ view: { fields: { [field]: { key } } } });

  it("a new name is written with what it was, and asks nobody", async () => {
    await editNode(ctx, { ...as, name: "web 1" });
    expect((await nodeOf("nd_1"))?.name).toBe("web 1");
    const [row] = (await auditOf("node.edit", "nd_1")).slice(-1);
    expect(row?.detail).toMatchObject({ name: "web 1", before: { name: "nd_1", address: "nd_1.example.net" } });
  });

  it("a name or an address that another node has is refused beside its field, in any case", async () => {
    await expect(editNode(ctx, { ...as, name: "ND_2" })).rejects.toMatchObject(at("name", "node.rule.name-taken"));
    const taken = editNode(ctx, { ...as, address: "ND_2.example.net" });
    await expect(taken).rejects.toMatchObject(at("address", "node.rule.address-taken"));
  });

  it("of two that take one name at once, one is refused in words", async () => {
    const other = { ...as, nodeId: "nd_2", address: "nd_2.example.net" };
    const ends = await Promise.allSettled([as, other].map((one) => editNode(ctx, { ...one, name: "web" })));
    expect(ends.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const refused = ends.find((one) => one.status === "rejected");
    expect(refused?.reason).toMatchObject(at("name", "node.rule.name-taken"));
  });

  it("an address where nobody answers is refused beside its field, and nothing is written", async () => {
    const moved = editNode(ctx, { ...as, address: "127.0.0.1", port: await closedPort() });
    await expect(moved).rejects.toMatchObject(at("address", "ssh.refused"));
    expect(await nodeOf("nd_1")).toMatchObject({ address: "nd_1.example.net", port: 22 });
  });

  it("a task keeps the node where its plan says, and lets it be renamed", async () => {
    await taskOn("nd_1");
    await expect(editNode(ctx, { ...as, port: 2222 })).rejects.toMatchObject(at("address", "node.rule.move-task"));
    await editNode(ctx, { ...as, name: "web" });
  });
});

describe("a host key @P03", () => {
  it("is pinned only once a machine has shown it; nobody answering changes nothing", async () => {
    const port = await closedPort();
    await db().update(nodes).set({ address: "127.0.0.1", port }).where(eq(nodes.id, "nd_1"));
    const fingerprint = `SHA256:${"a".repeat(43)}`;
    await expect(readNodeHostKey(ctx, { nodeId: "nd_1" })).rejects.toMatchObject({ view: { code: "unreachable" } });
    const accepted = acceptHostKey(ctx, { nodeId: "nd_1", fingerprint });
    await expect(accepted).rejects.toMatchObject({ view: { code: "unreachable" } });
    expect((await nodeOf("nd_1"))?.fingerprint).toBe("SHA256:x");
  });

  it("that is pinned already is no news", async () => {
    const accepted = acceptHostKey(ctx, { nodeId: "nd_1", fingerprint: "SHA256:x" });
    await expect(accepted).rejects.toMatchObject({ view: { code: "conflict" } });
  });
});

describe("changing a node's key @P03 @B01", () => {
  const plan = () => planKeyRotation(ctx, { nodeId: "nd_1" }, seen());

  it("shows the new line before it runs, proves it before the switch, and holds no private key", async () => {
    const shown = await plan();
    expect(shown.plan.steps.map((step) => step.id)).toEqual(["keep-key", "add-key", "switch-key", "drop-keys"]);
    expect(shown.plan.steps[1]).toMatchObject({ proves: "nd_1.new" });
    expect(JSON.stringify(shown)).toMatch(/restrict ssh-ed25519 \S+ spindle:nd_1/);
    expect(JSON.stringify(shown)).not.toContain("PRIVATE");
  });

  it("is confirmed once, by whoever was shown it, while its time lasts", async () => {
    const { planId, digest } = await plan();
    const bob = { ...ctx, actor: { ...ctx.actor, id: "bob" } };
    const stale = { view: { code: "stale" } };
    await expect(confirmKeyRotation(bob, { planId, digest }, seen())).rejects.toMatchObject(stale);
    await expect(confirmKeyRotation(ctx, { planId, digest: "0".repeat(64) }, seen())).rejects.toMatchObject(stale);
    await confirmKeyRotation(ctx, { planId, digest }, seen());
    await expect(confirmKeyRotation(ctx, { planId, digest }, seen())).rejects.toMatchObject(stale);
    expect(await db().select().from(tasks)).toHaveLength(1);
    const late = await plan().catch((error: unknown) => error);
    expect(late).toMatchObject({ view: { message: { key: "node.obstacle.task" } } });
  });

  it("is refused once its time is over, or where the node is another one than was shown", async () => {
    const old = await plan();
    await db()
      .update(plans)
      .set({ expiresAt: new Date(0) });
    await expect(confirmKeyRotation(ctx, old, seen())).rejects.toMatchObject({ view: { code: "stale" } });
    const moved = await plan();
    await db().update(nodes).set({ port: 2222 }).where(eq(nodes.id, "nd_1"));
    await expect(confirmKeyRotation(ctx, moved, seen())).rejects.toMatchObject({ view: { code: "stale" } });
    expect(await db().select().from(tasks)).toEqual([]);
  });

  it("is refused while the node can't be reached", async () => {
    const away = planKeyRotation(ctx, { nodeId: "nd_1" }, seen({ health: "unreachable" }));
    await expect(away).rejects.toMatchObject({ view: { message: { key: "node.obstacle.not-reached" } } });
  });

  /** The panel's own steps of a plan: what it does where every step on the node went well. */
  async function ownSteps(shown: Awaited<ReturnType<typeof plan>>, count: number) {
    const own = shown.plan.steps.filter((step) => step.kind === "panel").slice(0, count);
    const plan: Plan = { ...shown.plan, targets: [], steps: own };
    return runToEnd(await inTransaction((tx) => createTask(tx, ctx, plan)));
  }

  it("switches in one go: the old key is gone, the new one is kept, and it is told", async () => {
    const before = (await nodeOf("nd_1"))?.keySecret;
    expect(await ownSteps(await plan(), 2)).toBe("done");
    const after = (await nodeOf("nd_1"))?.keySecret;
    expect(after).not.toBe(before);
    const kept = await db().select().from(secrets);
    expect(kept.find((row) => row.id === after)?.expiresAt).toBeNull();
    expect(kept.map((row) => row.id)).not.toContain(before);
    expect((await auditOf("node.rotate-key", "nd_1")).length).toBeGreaterThan(0);
  });

  it("undone before the switch throws the new key away and keeps the old one", async () => {
    const before = await nodeOf("nd_1");
    const shown = await plan();
    await db().update(nodes).set({ membership: "leaving" }).where(eq(nodes.id, "nd_1"));
    expect(await ownSteps(shown, 2)).toBe("undone");
    expect((await nodeOf("nd_1"))?.keySecret).toBe(before?.keySecret);
    const kept = (await db().select().from(secrets)).map((row) => row.id);
    expect(kept).toContain(before?.keySecret);
    expect(kept).not.toContain(shown.plan.targets[1]?.keySecret);
  });
});
