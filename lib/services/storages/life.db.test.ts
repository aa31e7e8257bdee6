import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "../../db/client.ts";
import { audit, clusters, storages, taskLocks, tasks } from "../../db/schema/index.ts";
import { seedCluster, seedNodes } from "../../db/test-cluster.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import { seedTask } from "../../db/test-task.ts";
import { HOSTILE_STRINGS } from "../../domain/hostile-strings.ts";
import { ctx } from "../test-panel.ts";
import { recheckStorage } from "../live/recheck.ts";
import { editStorage, editStorageSchema } from "./edit.ts";
import { setStorageEnabled } from "./enable.ts";
import { setMainStorage } from "./set-main.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

beforeEach(async () => {
  await seedCluster({
    storages: [
      { id: "st_main", name: "ssd", kind: "file", isMain: true },
      { id: "st_more", name: "fast", kind: "lvm" },
    ],
  });
  await seedCluster({
    ...{ id: "cl_2", name: "beta" },
    storages: [{ id: "st_else", name: "Deep", kind: "file", isMain: true }],
  });
});
afterEach(async () => {
  await db().delete(taskLocks);
  await db().delete(tasks);
  await db().delete(clusters);
});

const rowOf = async (id: string) => (await db().select().from(storages).where(eq(storages.id, id)))[0]!;
const actionsOf = async (id: string) =>
  (await db().select().from(audit).where(eq(audit.entityId, id))).map(({ action }) => action);
const refusal = (code: string, key: string) => ({ view: { code, message: { key } } });

/** A task that works on the storage as a whole. */
async function busyWith(id: string): Promise<void> {
  await seedTask();
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

const renameStorage = (storageId: string, name: string) => editStorage(ctx, { storageId, name, settings: {} });

describe("a storage's name @P14", () => {
  it("is changed, and nothing else", async () => {
    const before = await rowOf("st_more");
    await renameStorage("st_more", "nvme");
    expect(await rowOf("st_more")).toEqual({ ...before, name: "nvme" });
    const rows = await db().select().from(audit).where(eq(audit.action, "storage.rename"));
    expect(rows[0]?.detail).toMatchObject({ name: "nvme", before: "fast" });
  });

  it("is its own in the cluster, in upper and lower case; another cluster may have it too", async () => {
    const taken = renameStorage("st_more", "SSD");
    await expect(taken).rejects.toMatchObject({
      view: { code: "already-exists", fields: { name: { key: "join.rule.storage-name-taken" } } },
    });
    await renameStorage("st_more", "deep");
    await renameStorage("st_more", "Deep");
    expect((await rowOf("st_more")).name).toBe("Deep");
  });

  it("two who give one name at once: the second is told", async () => {
    await db()
      .insert(storages)
      .values({ id: "st_third", clusterId: "cl_1", name: "third", kind: "file", config: { vmDir: "/vm3" } });
    const ends = await Promise.allSettled(["st_more", "st_third"].map((storageId) => renameStorage(storageId, "same")));
    const refused = ends.find((end) => end.status === "rejected") as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ view: { code: "already-exists" } });
  });

  it.each(HOSTILE_STRINGS.map((value) => [value]))("%j is refused with the reason", (name) => {
    const parsed = editStorageSchema.safeParse({ storageId: "st_more", name, settings: {} });
    expect(parsed.success || parsed.error.issues[0]?.message).toBe("join.field.storage-name");
  });
});

describe("a storage's settings @P14 @S17", () => {
  const set = (settings: Record<string, string | boolean>, name = "fast") =>
    editStorage(ctx, { storageId: "st_more", name, settings });

  it("are changed and written down, beside the rest of what it is made of", async () => {
    const before = await actionsOf("st_more");
    await set({ wipe: true });
    expect((await rowOf("st_more")).config).toEqual({ vgName: "lvm0", wipe: true });
    expect(await actionsOf("st_more")).toEqual([...before, "storage.configure"]);
  });

  it("that are so already are no change", async () => {
    const before = await actionsOf("st_more");
    await set({ wipe: false });
    expect((await rowOf("st_more")).config).toEqual({ vgName: "lvm0" });
    expect(await actionsOf("st_more")).toEqual(before);
  });

  it.each([
    [{ vgName: "other" }, "settings.vgName", "life.edit.fieldFixed"],
    [{ nobody: true }, "settings.nobody", "life.edit.fieldFixed"],
    [{ wipe: "yes" }, "settings.wipe", "errors.field.invalid"],
  ])("%j is refused beside its field, and nothing else of the form is kept", async (settings, field, key) => {
    const before = await rowOf("st_more");
    await expect(set(settings as Record<string, string | boolean>, "other")).rejects.toMatchObject({
      view: { code: "invalid-input", fields: { [field]: { key } } },
    });
    expect(await rowOf("st_more")).toEqual(before);
  });

  it("come with the name or not at all", async () => {
    await expect(set({ wipe: true }, "SSD")).rejects.toMatchObject({ view: { code: "already-exists" } });
    expect((await rowOf("st_more")).config).toEqual({ vgName: "lvm0" });
  });
});

describe("a look at a storage on every node @P14", () => {
  it("says when no node of it is followed", async () => {
    await seedNodes("cl_1", [{ id: "nd_1" }]);
    const asked = recheckStorage(ctx, "st_more");
    await expect(asked).rejects.toMatchObject(refusal("not-found", "life.notFollowed"));
  });
});
