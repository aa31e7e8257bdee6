import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db, inTransaction } from "../db/client.ts";
import { taskLocks, taskLog, tasks } from "../db/schema/index.ts";
import { startTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { testPlan, testTarget } from "../db/test-task.ts";
import { PanelError } from "../domain/errors.ts";
import type { NodeStep } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { createTask } from "./create-task.ts";
import { type Nodes, proveHeldLocks } from "./held-locks.ts";
import { endNotKnown } from "./test-run.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
afterEach(async () => {
  await db().delete(tasks);
});

const title = text("task.ended");
const author = { actor: { id: "anna", name: "Anna" }, address: null, requestId: "test" };
const GROUP = "volume-group:VG-1";

const step = (target: string): NodeStep => ({
  ...{ kind: "node", id: `${target}.create`, target, title, command: { argv: ["true"] }, undo: { none: title } },
});
const plan = testPlan({
  ...{ steps: [step("nd_1"), step("nd_2")], targets: [testTarget("nd_1"), testTarget("nd_2")] },
  ...{ locks: ["drive:dr_1", GROUP], holds: [GROUP] },
});

/** A task that has ended, and not known is what its steps did on these nodes. */
const ended = (...nodeIds: string[]) =>
  endNotKnown(
    author,
    plan,
    nodeIds.map((id) => `${id}.create`),
  );

/** Nodes that answer so, and where the task's records were removed. */
const panel = { panelId: "pa_1", epoch: 1 };

function nodes(isQuiet: Nodes["isQuiet"]): Nodes & { forgotten: string[] } {
  const forgotten: string[] = [];
  return { isQuiet, forgotten, forget: async (_panel, _task, { key }) => void forgotten.push(key) };
}

const locks = async () => (await db().select({ key: taskLocks.key }).from(taskLocks)).map(({ key }) => key);
const again = () => inTransaction((tx) => createTask(tx, author, plan));

describe("a lock that is held until the outcome is proven", () => {
  it("goes with its task where everything is known", async () => {
    await ended();
    expect(await locks()).toEqual([]);
  });

  it("outlives its task, alone of its locks, and the next one is told whose it is", async () => {
    const id = await ended("nd_1");
    expect(await locks()).toEqual([GROUP]);
    await expect(again()).rejects.toMatchObject({
      view: { code: "busy", message: { key: "task.held", values: { id } } },
    });
  });

  it("stays while a node can't be asked, or runs it still", async () => {
    await ended("nd_1");
    const away = new PanelError({ code: "unreachable", message: title });
    for (const isQuiet of [() => Promise.reject(away), async () => false, async () => true, async () => false])
      await proveHeldLocks(panel, nodes(isQuiet));
    expect(await locks()).toEqual([GROUP]);
  });

  it("goes once every node has shown that nothing runs there any more", async () => {
    const id = await ended("nd_1", "nd_2");
    const asked: string[] = [];
    const half = nodes(async (_panel, _task, { target }) => {
      asked.push(target.key);
      return target.key === "nd_1";
    });
    await proveHeldLocks(panel, half);
    expect(asked.toSorted()).toEqual(["nd_1", "nd_2"]);
    await proveHeldLocks(panel, half);
    // Once is not enough: a start may have been on its way.
    const all = nodes(async () => true);
    await proveHeldLocks(panel, all);
    expect([await locks(), all.forgotten]).toEqual([[GROUP], []]);
    await proveHeldLocks(panel, all);
    expect([await locks(), all.forgotten]).toEqual([[], ["nd_1", "nd_2"]]);
    expect((await db().select().from(taskLog).where(eq(taskLog.taskId, id))).map(({ line }) => line)).toHaveLength(1);
    await again();
  });

  it("of a task that is open is none of its business", async () => {
    await again();
    for (const _ of [1, 2])
      await proveHeldLocks(
        panel,
        nodes(async () => true),
      );
    expect((await locks()).toSorted()).toEqual(["drive:dr_1", GROUP]);
  });
});
