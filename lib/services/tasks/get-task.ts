import { asc, eq } from "drizzle-orm";
import { db } from "../../db/client.ts";
import { taskSteps, tasks } from "../../db/schema/index.ts";
import type { TaskStepView, TaskView } from "../../domain/dto.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { readTaskRows } from "../../plans/task-summary.ts";
import type { ServiceContext } from "../context.ts";
import { canReplan } from "./replan-kinds.ts";

const iso = (at: Date | null) => at?.toISOString() ?? null;

export function noSuchTask(): PanelError {
  return new PanelError({ code: "not-found", message: text("task.not-found") });
}

async function readSteps(taskId: string): Promise<TaskStepView[]> {
  const rows = await db().select().from(taskSteps).where(eq(taskSteps.taskId, taskId)).orderBy(asc(taskSteps.position));
  return rows.map(({ position, stepId, state, exitCode, output, undoOutput, error, startedAt, endedAt }) => ({
    position,
    stepId,
    state,
    exitCode,
    output,
    undoOutput,
    error: error ?? null,
    startedAt: iso(startedAt),
    endedAt: iso(endedAt),
  }));
}

/** A task with its plan and its journal. Throws PanelError `not-found`. */
export async function getTask(_ctx: ServiceContext, id: string): Promise<TaskView> {
  const [row] = await readTaskRows({ where: eq(tasks.id, id), limit: 1 });
  const [rest] = await db()
    .select({ plan: tasks.plan, requestId: tasks.requestId })
    .from(tasks)
    .where(eq(tasks.id, id));
  if (!row || !rest) throw noSuchTask();
  return { ...row, ...rest, steps: await readSteps(id), canReplan: canReplan(row) };
}
