import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import { audit, taskLocks, tasks } from "../../db/schema/index.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import { testPlan, testTarget } from "../../db/test-task.ts";
import { text } from "../../domain/text.ts";
import { createTask } from "../../plans/create-task.ts";
import { endNotKnown } from "../../plans/test-run.ts";
import { ctx, startTestPanel } from "../test-panel.ts";
import { getTask } from "./get-task.ts";
import { releaseHeld } from "./release-held.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestPanel();
});
afterAll(() => database.stop());
afterEach(async () => {
  await db().delete(tasks);
});

const title = text("task.ended");
const plan = testPlan({
  ...{ locks: ["volume-group:VG"], holds: ["volume-group:VG"], targets: [testTarget("nd_1", "n1")] },
  steps: [{ kind: "node", id: "create", target: "nd_1", title, command: { argv: ["true"] }, undo: { none: title } }],
});

const locks = async () => (await db().select().from(taskLocks)).length;

describe("an administrator's word that a node is off", () => {
  it("is asked for by name, and lets the next one write", async () => {
    const taskId = await endNotKnown(ctx, plan, ["create"]);
    expect((await getTask(ctx, taskId)).heldFor).toBe("n1");
    await expect(releaseHeld(ctx, { taskId, typed: "n2" })).rejects.toMatchObject({ view: { code: "invalid-input" } });
    expect(await locks()).toBe(1);
    await releaseHeld(ctx, { taskId, typed: " n1 " });
    expect(await locks()).toBe(0);
    expect((await getTask(ctx, taskId)).heldFor).toBeNull();
    const [row] = await db().select().from(audit).where(eq(audit.action, "task.release"));
    expect(row).toMatchObject({ entityId: taskId, detail: { nodes: "n1", locks: ["volume-group:VG"] } });
  });

  it("counts nowhere else: not while the task is open, not where nothing is held", async () => {
    const open = await inTransaction((tx) => createTask(tx, ctx, plan));
    await expect(releaseHeld(ctx, { taskId: open, typed: "" })).rejects.toMatchObject({ view: { code: "conflict" } });
    expect(await locks()).toBe(1);
  });
});
