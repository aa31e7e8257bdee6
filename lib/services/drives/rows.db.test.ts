import { eq, type SQL } from "drizzle-orm";
import { PgDatabase, PgTransaction } from "drizzle-orm/pg-core";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { db } from "../../db/client.ts";
import { drives } from "../../db/schema/index.ts";
import { seedCluster } from "../../db/test-cluster.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import { countChange, setHeard } from "../../live/versions.ts";
import { knownRows } from "./rows.ts";

let database: TestDatabase;

const drive = (id: string) => ({
  ...{ id, label: id, clusterId: "cl_1", storageId: "st_1", nodeId: "nd_1" },
  ...{ format: "raw" as const, size: 1024 ** 3, state: "ready" as const },
});

beforeAll(async () => {
  database = await startTestDatabase();
  await seedCluster({ storages: [{ id: "st_1", name: "fast", kind: "lvm" }], nodes: [{ id: "nd_1" }] });
  await db()
    .insert(drives)
    .values([drive("dr_1"), drive("dr_2")]);
  setHeard(true);
});
afterEach(() => countChange());
afterAll(async () => {
  setHeard(false);
  await database.stop();
});

/** What is known once something was announced. */
async function afterChange() {
  countChange("drive");
  return knownRows();
}

it("rows are the same object as long as nothing was written, whatever is announced", async () => {
  const before = await knownRows();
  expect(await afterChange()).toBe(before);
});

it.each<[string, () => Promise<unknown>]>([
  ["a column that tells of no time", () => db().update(drives).set({ isProtected: true }).where(eq(drives.id, "dr_1"))],
  ["a value that was there already", () => db().update(drives).set({ isProtected: true }).where(eq(drives.id, "dr_1"))],
  ["a new row", () => db().insert(drives).values(drive("dr_3"))],
  ["one that is gone", () => db().delete(drives).where(eq(drives.id, "dr_3"))],
  [
    "one in the place of another",
    () =>
      db().transaction(async (tx) => {
        await tx.delete(drives).where(eq(drives.id, "dr_2"));
        await tx.insert(drives).values(drive("dr_2"));
      }),
  ],
])("of what was written everything is read again, and nothing else: %s", async (_what, write) => {
  const before = await afterChange();
  await write();
  const after = await afterChange();
  expect(after.drives).not.toBe(before.drives);
  expect(after.drives).toEqual(await db().select().from(drives).orderBy(drives.createdAt, drives.id));
  expect([...after.driveById.keys()].toSorted()).toEqual(after.drives.map(({ id }) => id).toSorted());
  expect(after.nodes).toBe(before.nodes);
});

/** Another connection writes and commits between the marks that are kept and the rows that are kept with them. */
function behindTheMarks(write: () => Promise<unknown>) {
  const { execute } = PgDatabase.prototype;
  const read = async function (this: PgDatabase<never>, query: string | SQL) {
    const marks = await execute.call(this, query);
    await write();
    return marks;
  };
  return vi.spyOn(PgTransaction.prototype, "execute").mockImplementationOnce(read as typeof execute);
}

it("a row that comes while they are read and goes afterwards is not known for ever", async () => {
  await afterChange();
  // Else its table would not be read again.
  await db().update(drives).set({ isProtected: true }).where(eq(drives.id, "dr_1"));
  const reading = behindTheMarks(() => db().insert(drives).values(drive("dr_4")));
  await afterChange();
  expect(reading).toHaveBeenCalledOnce();
  reading.mockRestore();
  expect(await db().$count(drives, eq(drives.id, "dr_4"))).toBe(1);
  // Without it the marks are those that were read.
  await db().delete(drives).where(eq(drives.id, "dr_4"));
  expect((await afterChange()).driveById.has("dr_4")).toBe(false);
});
