import { and, asc, desc, eq, gt, lt } from "drizzle-orm";
import { z } from "zod";
import { db } from "../../db/client.ts";
import { taskLog, tasks } from "../../db/schema/index.ts";
import { LOG_PART, type TaskLogLine } from "../../domain/dto.ts";
import type { ServiceContext } from "../context.ts";
import { noSuchTask } from "./get-task.ts";

const place = z.coerce.number().int().min(0).optional();
const schema = z.object({ after: place, before: place });

/**
 * Lines of a task's log in the order they came, at most `limit`: those after a line, those before one, or the last.
 * Throws PanelError `not-found`, ZodError for a place that is none.
 */
export async function readTaskLog(
  _ctx: ServiceContext,
  taskId: string,
  values: Record<string, string> = {},
  limit = LOG_PART,
): Promise<TaskLogLine[]> {
  const { after, before } = schema.parse(values);
  const forward = after !== undefined;
  const rows = await db()
    .select({ id: taskLog.id, position: taskLog.position, at: taskLog.at, line: taskLog.line })
    .from(taskLog)
    .where(
      and(
        eq(taskLog.taskId, taskId),
        after === undefined ? undefined : gt(taskLog.id, after),
        before === undefined ? undefined : lt(taskLog.id, before),
      ),
    )
    .orderBy(forward ? asc(taskLog.id) : desc(taskLog.id))
    .limit(limit);
  if (rows.length === 0) {
    const [task] = await db().select({ id: tasks.id }).from(tasks).where(eq(tasks.id, taskId));
    if (!task) throw noSuchTask();
  }
  const lines = rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  return forward ? lines : lines.toReversed();
}
