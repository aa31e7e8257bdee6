import { eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import { inTransaction } from "../../db/client.ts";
import { taskLocks, tasks } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { hintTask } from "../../plans/task-hint.ts";
import type { ServiceContext } from "../context.ts";
import { noSuchTask } from "./get-task.ts";

/**
 * Asks for a task to be undone: what runs now is finished first. One that has not begun is cancelled at once. Throws
 * PanelError `not-found`, or `conflict` when it has ended or is being undone already.
 */
export async function cancelTask(ctx: ServiceContext, { taskId }: { taskId: string }): Promise<{ taskId: string }> {
  await inTransaction(async (tx) => {
    const [task] = await tx.select().from(tasks).where(eq(tasks.id, taskId)).for("update");
    if (!task) throw noSuchTask();
    if (task.endedAt) throw new PanelError({ code: "conflict", message: text("task.ended") });
    if (task.state === "undoing") throw new PanelError({ code: "conflict", message: text("task.undoing") });
    if (task.cancelRequested) return;
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
