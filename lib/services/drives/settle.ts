import { and, asc, eq, inArray, isNotNull, isNull } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import { db, inTransaction, type Transaction } from "../../db/client.ts";
import { drives, nodeStorages, taskSteps, tasks } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import type { Plan } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { auditOf, type PanelStepContext, registerPanelStep } from "../../plans/panel-steps.ts";
import { isOpenEnd } from "../../plans/step-errors.ts";
import { REMOVED } from "../../storage/contract.ts";
import type { DrivesInput, PlannedDrive } from "./plan.ts";

/** What became of the steps of one drive, by the task's journal. */
interface Outcome {
  /** Something that can't be taken back was done. */
  isDone: boolean;
  /** Its last step was done: a deletion has taken the volume away. */
  isGone: boolean;
  /** Something is left, or it is not known what was done. */
  isOpen: boolean;
}

type JournalRow = Pick<typeof taskSteps.$inferSelect, "stepId" | "state" | "error">;

function outcomeOf(plan: Plan, journal: readonly JournalRow[], driveId: string): Outcome {
  const outcome: Outcome = { isDone: false, isGone: false, isOpen: false };
  for (const step of plan.steps) {
    if (step.kind !== "node" || !step.id.startsWith(`${driveId}.`)) continue;
    const row = journal.find((one) => one.stepId === step.id);
    if (!row) continue;
    const isThere = row.state === "done" || row.state === "skipped";
    // What it proved or cleared is nothing that has happened to the drive.
    if (step.isProof) continue;
    if ("none" in step.undo) outcome.isDone ||= isThere;
    else outcome.isOpen ||= isThere || row.state === "left";
    outcome.isGone ||= isThere && step.id === `${driveId}.${REMOVED}`;
    outcome.isOpen ||= row.state === "failed" && isOpenEnd(row.error);
  }
  return outcome;
}

const ofDrive = (drive: PlannedDrive, taskId: string) => and(eq(drives.id, drive.id), eq(drives.taskId, taskId));

type Change = Partial<typeof drives.$inferInsert>;

async function set(tx: Transaction, drive: PlannedDrive, taskId: string, change: Change): Promise<void> {
  const now = new Date();
  await tx
    .update(drives)
    .set({ ...change, taskId: null, changedAt: now })
    .where(ofDrive(drive, taskId));
}

async function remove(tx: Transaction, drive: PlannedDrive, taskId: string): Promise<void> {
  await tx.delete(drives).where(ofDrive(drive, taskId));
}

/** The drive as a task left it that did not come to its end. */
async function settleUndone(
  tx: Transaction,
  verb: DrivesInput["verb"],
  drive: PlannedDrive,
  taskId: string,
  { isDone, isGone, isOpen }: Outcome,
): Promise<void> {
  const before: Change = { state: drive.before ?? "ready" };
  switch (verb) {
    case "create":
      // Zeroing and its like have no undo of their own: removing the volume has undone them.
      return isOpen ? set(tx, drive, taskId, { state: "failed" }) : remove(tx, drive, taskId);
    case "grow":
      if (isDone || isOpen) return set(tx, drive, taskId, { state: "failed", size: drive.newSize ?? drive.size });
      return set(tx, drive, taskId, { ...before, size: drive.size });
    case "delete":
      if (isGone) return remove(tx, drive, taskId);
      // Begun to be wiped: only another deletion can follow.
      return set(tx, drive, taskId, isDone || isOpen ? { state: "failed" } : before);
    default:
      return set(tx, drive, taskId, before);
  }
}

async function settleDone(tx: Transaction, verb: DrivesInput["verb"], drive: PlannedDrive, taskId: string) {
  switch (verb) {
    case "delete":
      return remove(tx, drive, taskId);
    case "grow":
      return set(tx, drive, taskId, { state: "ready", size: drive.newSize ?? drive.size });
    case "rename":
      return set(tx, drive, taskId, { state: drive.before ?? "ready", label: drive.newLabel ?? drive.label });
    default:
      return set(tx, drive, taskId, { state: "ready" });
  }
}

/** Pages hear of it, and the storages are looked at soon: on every node where the drive has none of its own. */
async function announce(tx: Transaction, list: readonly PlannedDrive[]): Promise<void> {
  const shared = await tx
    .selectDistinct({ storageId: nodeStorages.storageId, nodeId: nodeStorages.nodeId })
    .from(nodeStorages)
    .innerJoin(drives, and(eq(drives.storageId, nodeStorages.storageId), isNull(drives.nodeId)))
    .where(
      inArray(
        drives.id,
        list.map(({ id }) => id),
      ),
    );
  const places = new Set([...list, ...shared].map((place) => `${place.nodeId}:${place.storageId}`));
  for (const place of places) await announceChanged(tx, "drive", place);
}

async function undo(tx: Transaction, { verb, drives: list }: DrivesInput, taskId: string): Promise<void> {
  const [task] = await tx.select({ plan: tasks.plan }).from(tasks).where(eq(tasks.id, taskId));
  const journal = await tx
    .select()
    .from(taskSteps)
    .where(eq(taskSteps.taskId, taskId))
    .orderBy(asc(taskSteps.position));
  if (!task) return;
  for (const drive of list) await settleUndone(tx, verb, drive, taskId, outcomeOf(task.plan, journal, drive.id));
  await announce(tx, list);
}

async function end(tx: Transaction, { verb, drives: list }: DrivesInput, context: PanelStepContext): Promise<void> {
  try {
    for (const drive of list) await settleDone(tx, verb, drive, context.taskId);
  } catch (error) {
    const label = list.find((drive) => drive.newLabel)?.newLabel ?? "";
    throw new PanelError({ code: "conflict", message: text("drive.rule.label-taken", { label }) }, { cause: error });
  }
  for (const { before: _before, ...detail } of list) {
    await writeAudit(tx, auditOf(context), {
      action: `drive.${verb}`,
      entity: "drive",
      entityId: detail.id,
      detail: { ...detail, taskId: context.taskId },
    });
  }
  await announce(tx, list);
}

const inputOf = (input: Record<string, unknown>) => input as unknown as DrivesInput;

/** Makes the panel steps of drives known to the engine; called once, at start. */
export function registerDriveSteps(): void {
  registerPanelStep("drives.begin", {
    // The rows were written with the task: their space is reserved since it was confirmed. The storages were looked at
    // then, and nothing is changed on them yet: another look now would only be in the way of the first step.
    do: (tx) => announceChanged(tx, "drive", "*"),
    undo: (tx, input, context) => undo(tx, inputOf(input), context.taskId),
  });
  registerPanelStep("drives.end", { do: (tx, input, context) => end(tx, inputOf(input), context) });
}

/** Drives of tasks that ended before their first step began: cancelled while they waited. Run by the panel every minute. */
export async function sweepDrives(): Promise<void> {
  const open = await db()
    .selectDistinct({ taskId: drives.taskId, plan: tasks.plan })
    .from(drives)
    .innerJoin(tasks, eq(tasks.id, drives.taskId))
    .where(isNotNull(tasks.endedAt));
  for (const { taskId, plan } of open) {
    const begin = plan.steps.find((step) => step.kind === "panel" && step.action === "drives.begin");
    if (!taskId || begin?.kind !== "panel") continue;
    await inTransaction((tx) => undo(tx, inputOf(begin.input), taskId));
  }
}
