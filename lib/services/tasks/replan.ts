import { eq } from "drizzle-orm";
import { db } from "../../db/client.ts";
import { tasks } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import type { ServiceContext } from "../context.ts";
import { noSuchTask } from "./get-task.ts";
import { canReplan, replanOf } from "./replan-kinds.ts";

/**
 * Opens the form of a task that failed, was taken back or cancelled, with what was typed; answers with its address.
 * Nothing runs: it is planned from how things are now, and confirmed like any other. Throws PanelError `not-found`, and
 * `conflict` for a task that went well, still runs, or has no form.
 */
export async function replanTask(ctx: ServiceContext, { taskId }: { taskId: string }): Promise<{ href: string }> {
  const [task] = await db()
    .select({ id: tasks.id, kind: tasks.kind, state: tasks.state, clusterId: tasks.clusterId, plan: tasks.plan })
    .from(tasks)
    .where(eq(tasks.id, taskId));
  if (!task) throw noSuchTask();
  const replan = replanOf(task.kind);
  if (!replan || !canReplan(task)) throw new PanelError({ code: "conflict", message: text("task.no-replan") });
  return { href: await replan(ctx, task) };
}
