import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import { clusters, panel, taskLocks, tasks } from "../../db/schema/index.ts";
import { seedCluster } from "../../db/test-cluster.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import { testPlan, testTarget } from "../../db/test-task.ts";
import { createTask } from "../../plans/create-task.ts";
import { ctx } from "../test-panel.ts";
import { type AskNode, clearLeftovers, clearLeftoversSchema, lookAtLeftovers } from "./leftovers.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  await db().insert(panel).values({ id: "pa_1", epoch: 1 });
});
afterAll(() => database.stop());
beforeEach(() =>
  seedCluster({ storages: [{ id: "st_net", name: "san", kind: "network-lvm" }], nodes: [{ id: "nd_1" }] }),
);
afterEach(async () => {
  for (const table of [taskLocks, tasks, clusters]) await db().delete(table);
});

const WWID = "360000000000000000e00000000010002";
const section = (title: string, body: string) => `\u001e${title}\u001f${body}\n`;

/** A node as it would answer: notes of these storages, and a group that can't be asked. */
function node(...storages: string[]): AskNode {
  const marks = storages.map((id) => `${id} panel pa_1\n${id} target iqn.old\n${id} wwid ${WWID}`).join("\n");
  const said = section("marks", marks) + section("end", "");
  return (_node, work) =>
    work(async ({ argv }) => {
      const isLook = argv.includes("pa_1");
      return { code: isLook ? 0 : 9, stdout: isLook ? said : "", stderr: "", durationMs: 1 };
    });
}

const OLD = "network-lvm/storage:st_old";
const input = { nodeId: "nd_1", chosen: [OLD] };

async function confirm(shown = node("st_old"), now = shown) {
  const { planned } = await lookAtLeftovers(ctx, input, shown);
  if (!planned?.digest) throw new Error(JSON.stringify(planned));
  return clearLeftovers(ctx, { ...input, digest: planned.digest, typed: "" }, now);
}

describe("leftovers of a node @P16", () => {
  it("are listed; those of storages that the node has are none", async () => {
    const view = await lookAtLeftovers(ctx, { ...input, chosen: [] }, node("st_net", "st_old"));
    expect(view).toMatchObject({ leftovers: [{ id: OLD, obstacle: null }], planned: null });
  });

  it("are cleared as they were shown, each by its name, with nobody else at work there", async () => {
    const { taskId } = await confirm(node("st_net", "st_old"));
    const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
    expect(task?.plan.notes.map(({ values }) => values?.storage)).toEqual(["st_old"]);
    expect(task?.plan.locks).toEqual(["node:nd_1", "storage-node:st_net:nd_1"]);
    expect(task?.plan.steps.at(-1)?.id).toBe("network-lvm-1.unmark");
    await expect(confirm()).rejects.toThrow("node.obstacle.task");
  });

  it("are not cleared while a task may just be making them", async () => {
    await inTransaction((tx) => createTask(tx, ctx, testPlan({ targets: [testTarget("nd_1")] })));
    const { planned } = await lookAtLeftovers(ctx, input, node("st_old"));
    expect(planned).toMatchObject({ plan: null, digest: null, blockers: [{ key: "node.obstacle.task" }] });
  });

  it("that are gone, or are other ones by now, are not touched", async () => {
    await expect(confirm(node("st_old"), node())).rejects.toMatchObject({ view: { code: "conflict" } });
    const { planned } = await lookAtLeftovers(
      ctx,
      { ...input, chosen: ["network-lvm/storage:st_net"] },
      node("st_net"),
    );
    expect(planned?.blockers).toMatchObject([{ key: "node.leftovers.gone" }]);
    await expect(lookAtLeftovers(ctx, { ...input, nodeId: "nd_9" }, node())).rejects.toMatchObject({
      view: { code: "not-found" },
    });
    expect(await db().select().from(tasks)).toEqual([]);
  });

  it("are asked for by id alone", () => {
    const typed = { ...input, digest: "0".repeat(64), typed: "" };
    expect(clearLeftoversSchema.safeParse(typed).success).toBe(true);
    expect(clearLeftoversSchema.safeParse({ ...typed, chosen: [] }).success).toBe(false);
    expect(clearLeftoversSchema.safeParse({ ...typed, steps: [] }).success).toBe(false);
  });
});
