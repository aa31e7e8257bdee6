import { and, eq, inArray } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import { taskSteps, tasks } from "../../db/schema/index.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import { testPlan } from "../../db/test-task.ts";
import { PanelError } from "../../domain/errors.ts";
import type { PanelStep } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { cancelTask } from "./cancel-task.ts";
import { createTask } from "../../plans/create-task.ts";
import type { Lease } from "../../plans/lease.ts";
import { registerPanelStep } from "../../plans/panel-steps.ts";
import { runToEnd, takeUp } from "../../plans/test-run.ts";
import { startTestPanel } from "../test-panel.ts";

let database: TestDatabase;
let deeds: string[] = [];
let onFinal: (lease: Lease) => void = () => {};

const title = text("task.ended");
const author = { actor: { id: "anna", name: "Anna", email: "anna@localhost" }, address: null, requestId: "test" };

beforeAll(async () => {
  database = await startTestPanel();
  registerPanelStep("test.note", {
    do: async (_tx, input) => void deeds.push(`do ${input.name}`),
    undo: async (_tx, input) => void deeds.push(`undo ${input.name}`),
  });
  registerPanelStep("test.final", { do: async () => onFinal(running as Lease) });
  registerPanelStep("test.fail", {
    do: async () => {
      throw new PanelError({ code: "conflict", message: title });
    },
  });
});
afterAll(async () => {
  await database.stop();
});
beforeEach(() => {
  deeds = [];
  onFinal = () => {};
});

const note = (name: string): PanelStep => ({
  ...{ kind: "panel", id: name, title, action: "test.note", input: { name } },
  undo: { title, action: "test.note", input: { name } },
});
const other = (id: string, action: string, final?: true): PanelStep => ({
  ...{ kind: "panel", id, title, action, input: {}, undo: { none: title } },
  ...(final ? { final } : {}),
});

let running: Lease | null = null;

/** Runs a plan to its end, as an engine does; answers with the task's state and its steps'. */
async function end(...steps: PanelStep[]): Promise<[string, ...string[]]> {
  const id = await inTransaction((tx) => createTask(tx, author, testPlan({ steps })));
  running = await takeUp(id);
  const state = await runToEnd(id, running);
  const rows = await db().select().from(taskSteps).where(eq(taskSteps.taskId, id)).orderBy(taskSteps.position);
  return [state, ...rows.map((row) => row.state)];
}

describe("a final step", () => {
  it("is as far back as a failure goes: what was done before it stays done, and the task has failed", async () => {
    const states = await end(note("a"), other("b", "test.final", true), note("c"), other("d", "test.fail"));
    expect(states).toEqual(["failed", "done", "done", "undone", "failed"]);
    expect(deeds).toEqual(["do a", "do c", "undo c"]);
  });

  it("that was not reached leaves everything to be undone", async () => {
    const states = await end(note("a"), other("b", "test.fail"), other("c", "test.final", true));
    expect(states).toEqual(["undone", "undone", "failed", "pending"]);
  });

  it("is the last moment to cancel: asked for later, the task goes to its end", async () => {
    onFinal = (lease) => lease.renewed(performance.now(), true);
    const states = await end(note("a"), other("b", "test.final", true), note("c"));
    expect(states).toEqual(["done", "done", "done", "done"]);
    expect(deeds).toEqual(["do a", "do c"]);
  });

  it("that is done is told to whoever asks for the task to be cancelled; before, it is taken back", async () => {
    const ctx = { ...author, address: "127.0.0.1", now: new Date() };
    const steps = [note("a"), other("b", "test.final", true), note("c")];
    const plan = testPlan({ steps });
    const begin = async (isPast: boolean) => {
      const id = await inTransaction((tx) => createTask(tx, author, plan));
      await db()
        .update(tasks)
        .set({ state: "running", leaseUntil: new Date(Date.now() + 60_000) });
      const done = and(eq(taskSteps.taskId, id), inArray(taskSteps.stepId, isPast ? ["a", "b"] : ["a"]));
      await db().update(taskSteps).set({ state: "done" }).where(done);
      return id;
    };
    const late = cancelTask(ctx, { taskId: await begin(true) });
    await expect(late).rejects.toMatchObject({ view: { code: "conflict", message: { key: "task.final" } } });
    await cancelTask(ctx, { taskId: await begin(false) });
  });
});
