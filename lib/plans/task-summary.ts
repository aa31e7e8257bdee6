import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import { db } from "../db/client.ts";
import { tasks } from "../db/schema/index.ts";
import type { TaskRow } from "../domain/dto.ts";
import type { TaskEvent } from "../domain/live.ts";
import type { Text } from "../domain/text.ts";

// Names are written out: in a select from one table drizzle leaves the table's name away, and a subquery needs it.
const stepsDone = sql`(select count(*) from task_steps s where s.task_id = tasks.id and s.state in ('done', 'skipped'))`;
const stepsTotal = sql`(select count(*) from task_steps s where s.task_id = tasks.id)`;
const current = sql<Text | null>`case when tasks.ended_at is null then tasks.plan -> 'steps' -> (
  select coalesce(
    min(s.position) filter (where s.state in ('running', 'undoing')),
    min(s.position) filter (where s.state = 'pending' and tasks.state = 'running')
  )::int from task_steps s where s.task_id = tasks.id
) -> 'title' end`;

/** Everything but the plan, which is large, with how far the task is and the title of the step it is at. */
const columns = {
  id: tasks.id,
  kind: tasks.kind,
  title: tasks.title,
  state: tasks.state,
  clusterId: tasks.clusterId,
  actorName: tasks.actorName,
  createdAt: tasks.createdAt,
  startedAt: tasks.startedAt,
  endedAt: tasks.endedAt,
  error: tasks.error,
  stepsDone: stepsDone.mapWith(Number),
  stepsTotal: stepsTotal.mapWith(Number),
  current,
};

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** Tasks, newest first. */
export async function readTaskRows(filter: { where?: SQL; limit: number }): Promise<TaskRow[]> {
  const rows = await db()
    .select(columns)
    .from(tasks)
    .where(and(filter.where))
    .orderBy(desc(tasks.createdAt), desc(tasks.id))
    .limit(filter.limit);
  return rows.map((row) => ({
    ...row,
    error: row.error ?? null,
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
  }));
}

/** How a task stands, as streams carry it; null when there is none. */
export async function readTaskEvent(taskId: string): Promise<TaskEvent | null> {
  const [row] = await readTaskRows({ where: eq(tasks.id, taskId), limit: 1 });
  if (!row) return null;
  const { id, state } = row;
  return { id, state, stepsDone: row.stepsDone, stepsTotal: row.stepsTotal, current: row.current };
}
