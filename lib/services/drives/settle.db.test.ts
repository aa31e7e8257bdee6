import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { db, inTransaction } from "../../db/client.ts";
import { onNotify } from "../../db/notify.ts";
import { clusters, drives, tasks } from "../../db/schema/index.ts";
import { seedCluster, seedDrive } from "../../db/test-cluster.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import { seedTask, testPlan } from "../../db/test-task.ts";
import type { NodeStep, PanelStep, StepState } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { panelStepWork, panelUndoWork } from "../../plans/panel-steps.ts";
import { registerDriveSteps } from "./settle.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  registerDriveSteps();
});
afterAll(() => database.stop());

const context = { taskId: "tk_1", requestId: "test", actor: { id: "anna", name: "Anna" } };

const step = (action: string, verb = "create", before: string | null = null): PanelStep => {
  const drive = {
    id: "dr_1",
    clusterId: "cl_1",
    storageId: "st_1",
    nodeId: "nd_1",
    label: "web",
    size: 1,
    before,
  };
  const input = { verb, drives: [drive] };
  return {
    kind: "panel",
    id: action,
    title: text("drive.step.end"),
    action,
    input,
    undo: { title: text("drive.step.end"), action, input },
  };
};

/** A step of the drive's deletion; only the first has an undo. */
const nodeStep = (id: string): NodeStep => ({
  ...{ kind: "node", id: `dr_1.${id}`, target: "nd_1", title: text("drive.step.end"), command: { argv: ["true"] } },
  undo:
    id === "aside" ? { title: text("drive.step.end"), command: { argv: ["true"] } } : { none: text("drive.step.end") },
});

it("has storages looked at once the work on them is done, and not in the way of its first step", async () => {
  const heard: string[] = [];
  const stop = await onNotify(
    "spindle_changed",
    (payload) => heard.push(payload),
    () => {},
  );
  await inTransaction((tx) => panelStepWork(step("drives.begin"))(tx, context));
  await inTransaction((tx) => panelStepWork(step("drives.end"))(tx, context));
  await vi.waitFor(() => expect(heard).toContain("drive nd_1:st_1"));
  expect(heard).toEqual(["drive *", "drive nd_1:st_1"]);
  await stop();
});

it.each<[string, StepState[], string | null]>([
  ["had not begun", ["pending", "pending", "pending"], "ready"],
  ["was refused to wipe, and gave the name back", ["undone", "failed", "pending"], "ready"],
  ["was cut short while it wiped", ["left", "failed", "pending"], "failed"],
  ["was gone on with, and cut short again", ["skipped", "failed", "pending"], "failed"],
  ["had wiped, and could not remove", ["left", "done", "failed"], "failed"],
  ["had removed", ["left", "done", "done"], null],
])("of a deletion that %s, the drive is what is left on the node @P04 @B01", async (_name, states, left) => {
  await seedCluster({ storages: [{ id: "st_1", name: "fast", kind: "lvm" }], nodes: [{ id: "nd_1" }] });
  const steps = ["aside", "wipe", "remove"].map(nodeStep);
  const begin = step("drives.begin", "delete", "ready");
  await seedTask({ state: "undoing", plan: testPlan({ steps }) }, states);
  await seedDrive({ id: "dr_1", storageId: "st_1", nodeId: "nd_1", state: "deleting", taskId: "tk_1" });
  await inTransaction(async (tx) => panelUndoWork(begin)?.(tx, context));
  const rows = await db().select({ state: drives.state }).from(drives);
  await db().delete(drives);
  await db().delete(tasks);
  await db().delete(clusters);
  expect(rows[0]?.state ?? null).toBe(left);
});
