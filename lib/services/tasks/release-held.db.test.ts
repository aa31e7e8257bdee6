import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import { audit, taskLocks, taskSteps, tasks } from "../../db/schema/index.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import type { Plan } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { createTask } from "../../plans/create-task.ts";
import { writeEnd } from "../../plans/journal.ts";
import { claimTask } from "../../plans/lease.ts";
import type { ServiceContext } from "../context.ts";
import { startTestPanel } from "../test-panel.ts";
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

const ctx: ServiceContext = {
  actor: { id: "anna", name: "Anna", email: "anna@localhost" },
  ...{ requestId: "test", address: "127.0.0.1", now: new Date() },
};
const title = text("task.ended");
const plan: Plan = {
  ...{ format: 1, kind: "test", title, notes: [], locks: ["volume-group:VG"], holds: ["volume-group:VG"] },
  targets: [{ key: "nd_1", label: "n1", address: "n1", port: 22, user: "root", fingerprint: "", nodeId: "nd_1" }],
  steps: [{ kind: "node", id: "create", target: "nd_1", title, command: { argv: ["true"] }, undo: { none: title } }],
};

/** A task whose one step's outcome is not known. */
async function held(): Promise<string> {
  const id = await inTransaction((tx) => createTask(tx, ctx, plan));
  const lease = await claimTask("test:1");
  if (lease?.taskId !== id) throw new Error("another task was claimed");
  const error = { code: "outcome-unknown" as const, message: title };
  await db().update(taskSteps).set({ state: "failed", error }).where(eq(taskSteps.taskId, id));
  await writeEnd(lease, "failed", plan.holds);
  return id;
}

const locks = async () => (await db().select().from(taskLocks)).length;

describe("an administrator's word that a node is off", () => {
  it("is asked for by name, and lets the next one write", async () => {
    const taskId = await held();
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
