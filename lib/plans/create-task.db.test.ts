import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db, inTransaction } from "../db/client.ts";
import { taskLocks, tasks } from "../db/schema/index.ts";
import { startTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { seedTask, testPlan } from "../db/test-task.ts";
import { text } from "../domain/text.ts";
import { failureView } from "../server/failure.ts";
import { createTask } from "./create-task.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
afterEach(async () => {
  await db().delete(tasks);
});

const author = { actor: { id: "bob", name: "Bob" }, address: null, requestId: "test" };
const title = text("life.plan.remove", { storage: "fast", cluster: "alpha" });

/** Anna's task, with these locks. */
async function seedHolder(id: string, keys: string[], endedAt: Date | null = null): Promise<void> {
  await seedTask({ id, title, actorId: "anna", endedAt, ...(endedAt ? { state: "failed" } : {}) });
  await db()
    .insert(taskLocks)
    .values(keys.map((key) => ({ key, taskId: id })));
}

const create = (...locks: string[]) => inTransaction((tx) => createTask(tx, author, testPlan({ locks })));
const locksOf = async (taskId: string) =>
  (await db().select({ key: taskLocks.key }).from(taskLocks).where(eq(taskLocks.taskId, taskId))).map(({ key }) => key);

describe("a lock that another task has", () => {
  it("is refused with the open task's id, title and who started it, and with nothing else of it", async () => {
    await seedHolder("tk_open", ["b"]);
    const error: unknown = await create("a", "b").catch((thrown: unknown) => thrown);
    const { waitFor, ...said } = failureView(error, "rq_1");
    expect(waitFor).toEqual({ id: "tk_open", title, actorName: "Anna" });
    expect(said).toMatchObject({ code: "busy", message: { key: "task.locked", values: { id: "tk_open" } } });
    expect((await db().select().from(tasks)).map(({ id }) => id)).toEqual(["tk_open"]);
  });

  it("is nothing to wait for where one of them outlived its task, whoever has the others", async () => {
    await seedHolder("tk_a", ["a"]);
    await seedHolder("tk_b", ["b"], new Date());
    await seedHolder("tk_c", ["c"]);
    const error: unknown = await create("a", "b", "c").catch((thrown: unknown) => thrown);
    const view = failureView(error, "rq_1");
    expect(view).toMatchObject({ code: "busy", message: { key: "task.held", values: { id: "tk_b" } } });
    expect(view).not.toHaveProperty("waitFor");
  });

  it("is taken where its task ends while it is asked whose it is", async () => {
    await seedHolder("tk_ends", ["b"]);
    await db().execute(sql`create function end_it() returns trigger language plpgsql as
      $$ begin delete from task_locks where task_id = 'tk_ends'; return null; end $$`);
    await db().execute(sql`create trigger ends_between after insert on task_locks execute function end_it()`);
    const id = await create("a", "b");
    await db().execute(sql`drop function end_it() cascade`);
    expect((await locksOf(id)).toSorted()).toEqual(["a", "b"]);
  });
});
