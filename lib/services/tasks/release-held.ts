import { eq } from "drizzle-orm";
import { z } from "zod";
import { writeAudit } from "../../audit/write.ts";
import { inTransaction } from "../../db/client.ts";
import { taskLocks, taskSteps, tasks } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { heldNodes } from "../../plans/held-locks.ts";
import { hintTask } from "../../plans/task-hint.ts";
import type { ServiceContext } from "../context.ts";
import { noSuchTask } from "./get-task.ts";

export const releaseHeldSchema = z.strictObject({ taskId: z.string().max(100), typed: z.string().max(2_000) });

/**
 * Takes an administrator's word for what no node can prove: that the machines on which a task's outcome is not known are
 * powered off. `typed`: their names, as they are shown. Throws PanelError `not-found`, `conflict` where nothing is held,
 * `invalid-input` where the names are others.
 */
export async function releaseHeld(
  ctx: ServiceContext,
  { taskId, typed }: z.output<typeof releaseHeldSchema>,
): Promise<{ taskId: string }> {
  await inTransaction(async (tx) => {
    const [task] = await tx.select().from(tasks).where(eq(tasks.id, taskId)).for("update");
    if (!task) throw noSuchTask();
    const held = await tx.delete(taskLocks).where(eq(taskLocks.taskId, taskId)).returning({ key: taskLocks.key });
    if (!task.endedAt || held.length === 0) throw new PanelError({ code: "conflict", message: text("task.not-held") });
    const name = heldNodes(task.plan, await tx.select().from(taskSteps).where(eq(taskSteps.taskId, taskId)));
    if (typed.trim() !== name) {
      const message = text("task.name-mismatch", { name });
      throw new PanelError({ code: "invalid-input", message, fields: { typed: message } });
    }
    const detail = { nodes: name, locks: held.map(({ key }) => key) };
    await writeAudit(tx, ctx, { action: "task.release", entity: "task", entityId: taskId, detail });
    await hintTask(tx, taskId, "end");
  });
  return { taskId };
}
