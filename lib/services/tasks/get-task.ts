import { asc, eq } from "drizzle-orm";
import { db } from "../../db/client.ts";
import { taskLocks, taskSteps, tasks } from "../../db/schema/index.ts";
import type { TaskProgress, TaskStepView, TaskView } from "../../domain/dto.ts";
import { PanelError } from "../../domain/errors.ts";
import type { Plan } from "../../domain/plan.ts";
import { planView } from "../../domain/plan-view.ts";
import { text } from "../../domain/text.ts";
import { heldNodes } from "../../plans/held-locks.ts";
import { readTaskRows } from "../../plans/task-summary.ts";
import type { ServiceContext } from "../context.ts";
import { canReplan } from "./replan-kinds.ts";

const iso = (at: Date | null) => at?.toISOString() ?? null;

export function noSuchTask(): PanelError {
  return new PanelError({ code: "not-found", message: text("task.not-found") });
}

type StepRow = typeof taskSteps.$inferSelect;

const readSteps = (taskId: string): Promise<StepRow[]> =>
  db().select().from(taskSteps).where(eq(taskSteps.taskId, taskId)).orderBy(asc(taskSteps.position));

function stepViews(rows: readonly StepRow[]): TaskStepView[] {
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

async function holdsLocks(taskId: string): Promise<boolean> {
  const [lock] = await db().select({ key: taskLocks.key }).from(taskLocks).where(eq(taskLocks.taskId, taskId)).limit(1);
  return lock !== undefined;
}

async function readPlan(id: string): Promise<Plan> {
  const [row] = await db().select({ plan: tasks.plan }).from(tasks).where(eq(tasks.id, id));
  if (!row) throw noSuchTask();
  return row.plan;
}

/** How far a task is, by its journal. Throws PanelError `not-found`. */
export async function getTaskProgress(_ctx: ServiceContext, id: string): Promise<TaskProgress> {
  const [row] = await readTaskRows({ where: eq(tasks.id, id), limit: 1 });
  const [rest] = await db().select({ requestId: tasks.requestId }).from(tasks).where(eq(tasks.id, id));
  if (!row || !rest) throw noSuchTask();
  const steps = await readSteps(id);
  const isHeld = row.endedAt !== null && (await holdsLocks(id));
  const heldFor = isHeld ? heldNodes(await readPlan(id), steps) : null;
  return { ...row, ...rest, steps: stepViews(steps), canReplan: canReplan(row), heldFor };
}

/** The same with its plan. Throws PanelError `not-found`. */
export async function getTask(ctx: ServiceContext, id: string): Promise<TaskView> {
  const [progress, plan] = await Promise.all([getTaskProgress(ctx, id), readPlan(id)]);
  return { ...progress, plan: planView(plan) };
}
