import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { inTransaction } from "../db/client.ts";
import { onNotify } from "../db/notify.ts";
import { startTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { testPlan } from "../db/test-task.ts";
import { parseEnv } from "../env.ts";
import { subscribe } from "../live/bus.ts";
import { createTask } from "./create-task.ts";
import { writeEnd } from "./journal.ts";
import { publishTask, publishTaskNow } from "./task-events.ts";
import { readHint, TASK_CHANNEL } from "./task-hint.ts";
import { takeUp } from "./test-run.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  const holder = globalThis as unknown as Record<symbol, unknown>;
  holder[Symbol.for("spindle.env")] = parseEnv({ SPINDLE_LOG: "error" }, []);
});
afterAll(() => database.stop());

const author = { actor: { id: "anna", name: "Anna" }, address: null, requestId: "test" };

/** A task that is worked on. */
async function begin() {
  return takeUp(await inTransaction((tx) => createTask(tx, author, testPlan())));
}

it("the end of a task is told apart from what happens on the way, so that it goes to streams at once", async () => {
  const hints: string[] = [];
  const stop = await onNotify(
    TASK_CHANNEL,
    (payload) => hints.push(payload),
    () => {},
  );
  const lease = await begin();
  await writeEnd(lease, "done");
  await vi.waitFor(() => expect(hints.map(readHint)).toContainEqual({ taskId: lease.taskId, about: "end" }));
  expect(hints.map(readHint)).toEqual([
    { taskId: lease.taskId, about: null },
    { taskId: lease.taskId, about: "end" },
  ]);
  await stop();
});

it("what was gathered goes with the end, once, and an answer that was overtaken is not sent", async () => {
  const told: string[] = [];
  const forget = subscribe(({ event }) => event.type === "task" && told.push(event.task.state));
  const lease = await begin();
  publishTaskNow(lease.taskId);
  await vi.waitFor(() => expect(told).toEqual(["running"]));
  publishTask(lease.taskId);
  publishTask(lease.taskId);
  await writeEnd(lease, "done");
  publishTaskNow(lease.taskId);
  publishTaskNow(lease.taskId);
  await vi.waitFor(() => expect(told.at(-1)).toBe("done"));
  const other = await begin();
  publishTask(other.taskId);
  await vi.waitFor(() => expect(told.at(-1)).toBe("running"));
  expect(told).toEqual(["running", "done", "running"]);
  forget();
});
