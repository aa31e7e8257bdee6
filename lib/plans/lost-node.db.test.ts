import { asc, eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { db, inTransaction } from "../db/client.ts";
import { taskLocks, taskSteps, tasks } from "../db/schema/index.ts";
import { startTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { PanelError } from "../domain/errors.ts";
import type { NodeStep, Plan } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { createTask } from "./create-task.ts";
import { proveHeldLocks } from "./held-locks.ts";
import { claimTask } from "./lease.ts";
import { runTask } from "./run-task.ts";
import type { UnitRecord } from "./unit.ts";

/** A node that runs units, and can be lost. */
const node = vi.hoisted(() => ({
  isAway: false,
  bootId: "boot-1",
  units: new Map<string, UnitRecord>(),
  asked: [] as string[],
  /** How checks end there. */
  checkCode: 0,
  /** So many looks are refused by what waiting does not heal. */
  deafLooks: 0,
  onDeaf: () => {},
  /** What comes of a unit that is started. */
  start: (_unit: string): UnitRecord => ({ state: "never", bootId: "boot-1" }),
}));

const unreachable = () => new PanelError({ code: "unreachable", message: text("task.meet") });

vi.mock("../ssh/pool.ts", () => ({
  withConnection: async (_target: unknown, work: (connection: object) => Promise<unknown>) => {
    if (node.isAway) throw unreachable();
    return work({});
  },
  dropConnection: () => {},
  backoff: () => 1,
}));
vi.mock("../ssh/run.ts", () => ({
  run: async () => ({ code: node.checkCode, stdout: "", stderr: "", durationMs: 1 }),
}));
vi.mock("./unit.ts", async (original) => {
  const known = (unit: string): UnitRecord => node.units.get(unit) ?? { state: "never", bootId: node.bootId };
  const look = async (_connection: unknown, { unit }: { unit: string }) => {
    node.asked.push(`look ${unit.split("-").at(-1)}`);
    if (node.deafLooks > 0) {
      node.deafLooks -= 1;
      node.onDeaf();
      throw new PanelError({ code: "auth-failed", message: text("task.meet") });
    }
    return known(unit);
  };
  return {
    ...(await original<typeof import("./unit.ts")>()),
    readBootId: async () => node.bootId,
    startUnit: async (_connection: unknown, { unit }: { unit: string }) => {
      node.asked.push(`start ${unit.split("-").at(-1)}`);
      node.units.set(unit, node.start(unit));
      if (node.isAway) throw unreachable();
      return known(unit);
    },
    followUnit: look,
    inspectUnit: look,
    forgetRecords: async () => void node.units.clear(),
  };
});

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(() =>
  Object.assign(node, { isAway: false, bootId: "boot-1", units: new Map(), asked: [], deafLooks: 0, checkCode: 0 }),
);
afterEach(async () => {
  await db().delete(tasks);
});

const title = text("task.ended");
const GROUP = "volume-group:VG-1";
const step: NodeStep = {
  ...{ kind: "node", id: "create", target: "nd_1", title, command: { argv: ["lvcreate"] } },
  undo: { title, command: { argv: ["lvremove"] } },
};
const plan: Plan = {
  ...{ format: 1, kind: "test", title, notes: [], steps: [step], locks: [GROUP], holds: [GROUP] },
  targets: [{ key: "nd_1", label: "n1", address: "127.9.9.9", port: 1, user: "root", fingerprint: "", nodeId: "nd_1" }],
};

const done = (exitCode = 0): UnitRecord => ({ state: "ended", bootId: "boot-1", refused: false, exitCode, output: "" });
const running: UnitRecord = { state: "running", bootId: "boot-1" };

/** Whatever the node runs comes to its end there. */
function endAll(): void {
  for (const unit of node.units.keys()) node.units.set(unit, done());
}

async function ended(change: Partial<NodeStep> = {}) {
  const author = { actor: { id: "anna", name: "Anna" }, address: null, requestId: "test" };
  const id = await inTransaction((tx) => createTask(tx, author, { ...plan, steps: [{ ...step, ...change }] }));
  const lease = await claimTask("test:1");
  if (lease?.taskId !== id) throw new Error("another task was claimed");
  await runTask(lease, { panelId: "pa_1", epoch: 1, nodeWaitMs: 0 });
  const [row] = await db().select().from(taskSteps).where(eq(taskSteps.taskId, id)).orderBy(asc(taskSteps.position));
  const [task] = await db().select().from(tasks).where(eq(tasks.id, id));
  return { id, task: task?.state, state: row?.state, code: row?.error?.code ?? null };
}

const isHeld = async () => (await db().select().from(taskLocks)).length > 0;
async function prove(): Promise<boolean> {
  for (const _ of [1, 2]) await proveHeldLocks({ panelId: "pa_1", epoch: 1 });
  return !(await isHeld());
}

it("a node that is lost in the middle keeps others away, also where the way back could not be asked for", async () => {
  node.start = () => {
    node.isAway = true;
    return running;
  };
  expect(await ended()).toMatchObject({ task: "failed", state: "left", code: "outcome-unknown" });
  expect(await prove()).toBe(false);
  node.isAway = false;
  // It stood still, and goes on with what it had begun.
  expect(await prove()).toBe(false);
  endAll();
  expect(await prove()).toBe(true);
});

it("a node that has booted anew runs nothing of it", async () => {
  node.start = () => {
    node.isAway = true;
    return running;
  };
  await ended();
  Object.assign(node, { isAway: false, bootId: "boot-2" });
  expect(await prove()).toBe(true);
});

it("what a node went on with while it could not be asked is heard before it is taken back", async () => {
  node.start = (unit) => {
    if (unit.endsWith("-do1")) node.deafLooks = 1;
    return unit.endsWith("-do1") ? running : done();
  };
  node.onDeaf = endAll;
  expect(await ended()).toMatchObject({ task: "undone", state: "undone" });
  expect(node.asked).toEqual(["start do1", "look do1", "look do1", "start undo2"]);
  expect(await isHeld()).toBe(false);
});

it("a command that was killed at its deadline may hang: an undo that is refused does not free the lock", async () => {
  node.start = (unit) =>
    unit.includes("-do") ? done(137) : { state: "ended", bootId: "boot-1", refused: true, exitCode: 124, output: "" };
  expect(await ended()).toMatchObject({ state: "left", code: "outcome-unknown" });
  expect(await isHeld()).toBe(true);
});

it.each([
  [0, { task: "done", state: "done" }],
  [1, { task: "undone", state: "undone", code: "command-failed" }],
])("a command that ended well is read back where that is asked for: %s", async (checkCode, outcome) => {
  Object.assign(node, { checkCode, start: () => done() });
  const alreadyDone = { command: { argv: ["lvs"] } };
  expect(await ended({ alreadyDone, isReadBack: true })).toMatchObject(outcome);
});
