import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { audit, clusters, nodes, storages, taskLocks, tasks } from "../../db/schema/index.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import { HOSTILE_STRINGS } from "../../domain/hostile-strings.ts";
import { text } from "../../domain/text.ts";
import type { ServiceContext } from "../context.ts";
import { recheckStorage } from "../live/recheck.ts";
import { setStorageEnabled } from "./enable.ts";
import { renameSchema, renameStorage } from "./rename.ts";
import { setMainStorage } from "./set-main.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  const dirs = { virtualization: "kvm" as const, imageDir: "/image", shareDir: "/share" };
  await db()
    .insert(clusters)
    .values([
      { id: "cl_1", name: "alpha", ...dirs },
      { id: "cl_2", name: "beta", ...dirs },
    ]);
});
afterAll(() => database.stop());

const FRESH = [
  { id: "st_main", clusterId: "cl_1", name: "ssd", kind: "file" as const, config: { vmDir: "/vm" }, isMain: true },
  { id: "st_more", clusterId: "cl_1", name: "fast", kind: "lvm" as const, config: { vgName: "lvm0" } },
  { id: "st_else", clusterId: "cl_2", name: "Deep", kind: "file" as const, config: { vmDir: "/vm" }, isMain: true },
];
beforeAll(() => db().insert(storages).values(FRESH));
afterEach(async () => {
  await db().delete(taskLocks);
  await db().delete(tasks);
  await db().delete(storages);
  await db().insert(storages).values(FRESH);
});

const ctx: ServiceContext = {
  actor: { id: "anna", name: "Anna", email: "anna@localhost" },
  requestId: "test",
  address: "127.0.0.1",
  now: new Date(),
};

const rowOf = async (id: string) => (await db().select().from(storages).where(eq(storages.id, id)))[0]!;
const actionsOf = async (id: string) =>
  (await db().select().from(audit).where(eq(audit.entityId, id))).map(({ action }) => action);
const refusal = (code: string, key: string) => ({ view: { code, message: { key } } });

/** A task that works on the storage as a whole. */
async function busyWith(id: string): Promise<void> {
  const plan = {
    format: 1 as const,
    kind: "x",
    title: text("common.show"),
    targets: [],
    steps: [],
    locks: [],
    notes: [],
  };
  await db()
    .insert(tasks)
    .values({ id: "tk_1", kind: "x", title: plan.title, state: "running", plan, actorName: "Anna", requestId: "rq" });
  await db()
    .insert(taskLocks)
    .values({ key: `storage:${id}`, taskId: "tk_1" });
}

describe("a storage takes new drives, or none @P14", () => {
  it("is switched off and on, each with its audit row", async () => {
    await setStorageEnabled(ctx, { storageId: "st_more", isEnabled: false });
    expect((await rowOf("st_more")).isEnabled).toBe(false);
    await setStorageEnabled(ctx, { storageId: "st_more", isEnabled: true });
    expect((await rowOf("st_more")).isEnabled).toBe(true);
    expect(await actionsOf("st_more")).toEqual(["storage.disable", "storage.enable"]);
  });

  it("the main storage always takes them", async () => {
    const off = setStorageEnabled(ctx, { storageId: "st_main", isEnabled: false });
    await expect(off).rejects.toMatchObject(refusal("conflict", "life.obstacle.disable-main"));
    expect((await rowOf("st_main")).isEnabled).toBe(true);
  });

  it("one that takes none can't become the main one", async () => {
    await setStorageEnabled(ctx, { storageId: "st_more", isEnabled: false });
    await expect(setMainStorage(ctx, "st_more")).rejects.toMatchObject(
      refusal("conflict", "life.obstacle.main-disabled"),
    );
    expect((await rowOf("st_main")).isMain).toBe(true);
  });

  it("made main and switched off at once, one of the two is refused: there is always a main one that takes drives", async () => {
    const ends = await Promise.allSettled([
      setMainStorage(ctx, "st_more"),
      setStorageEnabled(ctx, { storageId: "st_more", isEnabled: false }),
    ]);
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const [main, ...others] = (await db().select().from(storages).where(eq(storages.clusterId, "cl_1"))).filter(
      (row) => row.isMain,
    );
    expect([main?.isEnabled, others]).toEqual([true, []]);
  });

  it("is left alone while a task works on it", async () => {
    await busyWith("st_more");
    const off = setStorageEnabled(ctx, { storageId: "st_more", isEnabled: false });
    await expect(off).rejects.toMatchObject(refusal("busy", "life.obstacle.busy"));
    await expect(setMainStorage(ctx, "st_more")).rejects.toMatchObject(refusal("busy", "life.obstacle.busy"));
  });

  it("that is gone is not there", async () => {
    const gone = setStorageEnabled(ctx, { storageId: "st_none", isEnabled: true });
    await expect(gone).rejects.toMatchObject(refusal("not-found", "life.gone"));
  });
});

describe("a storage's name @P14", () => {
  it("is changed, and nothing else", async () => {
    const before = await rowOf("st_more");
    await renameStorage(ctx, { storageId: "st_more", name: "nvme" });
    expect(await rowOf("st_more")).toEqual({ ...before, name: "nvme" });
    const rows = await db().select().from(audit).where(eq(audit.action, "storage.rename"));
    expect(rows[0]?.detail).toMatchObject({ name: "nvme", before: "fast" });
  });

  it("is its own in the cluster, in upper and lower case; another cluster may have it too", async () => {
    const taken = renameStorage(ctx, { storageId: "st_more", name: "SSD" });
    await expect(taken).rejects.toMatchObject({
      view: { code: "already-exists", fields: { name: { key: "join.rule.storage-name-taken" } } },
    });
    await renameStorage(ctx, { storageId: "st_more", name: "deep" });
    await renameStorage(ctx, { storageId: "st_more", name: "Deep" });
    expect((await rowOf("st_more")).name).toBe("Deep");
  });

  it("two who give one name at once: the second is told", async () => {
    await db()
      .insert(storages)
      .values({ id: "st_third", clusterId: "cl_1", name: "third", kind: "file", config: { vmDir: "/vm3" } });
    const ends = await Promise.allSettled(
      ["st_more", "st_third"].map((storageId) => renameStorage(ctx, { storageId, name: "same" })),
    );
    const refused = ends.find((end) => end.status === "rejected") as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ view: { code: "already-exists" } });
  });

  it.each(HOSTILE_STRINGS.map((value) => [value]))("%j is refused with the reason", (name) => {
    const parsed = renameSchema.safeParse({ storageId: "st_more", name });
    expect(parsed.success || parsed.error.issues[0]?.message).toBe("join.field.storage-name");
  });
});

describe("a look at a storage on every node @P14", () => {
  it("says when no node of it is followed", async () => {
    await db()
      .insert(nodes)
      .values({
        ...{ id: "nd_1", clusterId: "cl_1", name: "n1", address: "n1", port: 22, user: "root", fingerprint: "f" },
        ...{ keySecret: "k", machineId: "m1", membership: "member" as const },
      });
    const asked = recheckStorage(ctx, "st_more");
    await expect(asked).rejects.toMatchObject(refusal("not-found", "life.notFollowed"));
    await db().delete(nodes);
  });
});
