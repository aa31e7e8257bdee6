import { and, eq, inArray } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import { inTransaction, type Transaction } from "../../db/client.ts";
import { taskLocks, taskSteps, tasks } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { isFinal } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { hintTask } from "../../plans/task-hint.ts";
import type { ServiceContext } from "../context.ts";
import { noSuchTask } from "./get-task.ts";

/** Whether a step is done behind which there is no way back. */
async function isPastFinal(tx: Transaction, { id, plan }: typeof tasks.$inferSelect): Promise<boolean> {
  const final = plan.steps.filter(isFinal).map((step) => step.id);
  if (final.length === 0) return false;
  const done = await tx
    .select({ stepId: taskSteps.stepId })
    .from(taskSteps)
    .where(
      and(eq(taskSteps.taskId, id), inArray(taskSteps.stepId, final), inArray(taskSteps.state, ["done", "skipped"])),
    );
  return done.length > 0;
}

/**
 * Asks for a task to be undone: what runs now is finished first. One that has not begun is cancelled at once. Throws
 * PanelError `not-found`, or `conflict` when it has ended, is being undone already, or has no way back any more.
 */
export async function cancelTask(ctx: ServiceContext, { taskId }: { taskId: string }): Promise<{ taskId: string }> {
  await inTransaction(async (tx) => {
    const [task] = await tx.select().from(tasks).where(eq(tasks.id, taskId)).for("update");
    if (!task) throw noSuchTask();
    if (task.endedAt) throw new PanelError({ code: "conflict", message: text("task.ended") });
    if (task.state === "undoing") throw new PanelError({ code: "conflict", message: text("task.undoing") });
    if (task.cancelRequested) return;
    if (await isPastFinal(tx, task)) throw new PanelError({ code: "conflict", message: text("task.final") });
    const notBegun = task.state === "queued";
    const end = notBegun ? { state: "cancelled" as const, endedAt: new Date() } : {};
    await tx
      .update(tasks)
      .set({ cancelRequested: true, ...end })
      .where(eq(tasks.id, taskId));
    if (notBegun) await tx.delete(taskLocks).where(eq(taskLocks.taskId, taskId));
    await writeAudit(tx, ctx, { action: "task.cancel", entity: "task", entityId: taskId });
    await hintTask(tx, taskId, "cancel");
  });
  return { taskId };
}
