import { eq, inArray } from "drizzle-orm";
import { writeAudit } from "../audit/write.ts";
import type { Transaction } from "../db/client.ts";
import { taskLocks, taskSteps, tasks } from "../db/schema/index.ts";
import { PanelError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { PLAN_FORMAT, type Plan } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { checkPlan } from "./check-plan.ts";
import { say } from "./say.ts";
import { hintTask } from "./task-hint.ts";
import { insertTaskSearch } from "./task-search.ts";

/** Who asks, from where: what the task and its audit row remember. */
export interface TaskAuthor {
  actor: { id: string | null; name: string };
  address: string | null;
  requestId: string;
}

/** Takes the plan's locks, or says who holds one. */
async function takeLocks(tx: Transaction, taskId: string, keys: readonly string[]): Promise<void> {
  // In one order for everybody, so that two tasks never wait for each other.
  const wanted = [...new Set(keys)].sort();
  if (wanted.length === 0) return;
  const taken = await tx
    .insert(taskLocks)
    .values(wanted.map((key) => ({ key, taskId })))
    .onConflictDoNothing()
    .returning({ key: taskLocks.key });
  if (taken.length === wanted.length) return;
  const own = new Set(taken.map(({ key }) => key));
  const [holder] = await tx
    .select({ id: tasks.id, title: tasks.title, endedAt: tasks.endedAt })
    .from(taskLocks)
    .innerJoin(tasks, eq(tasks.id, taskLocks.taskId))
    .where(
      inArray(
        taskLocks.key,
        wanted.filter((key) => !own.has(key)),
      ),
    );
  const values = { task: holder ? say(holder.title) : "", id: holder?.id ?? "" };
  const word = holder?.endedAt ? "held" : "locked";
  throw new PanelError({ code: "busy", message: text(`task.${word}`, values), hint: text(`task.${word}-hint`) });
}

/**
 * Writes a task with its journal, locks and audit row in the caller's transaction; the engine starts once that is
 * committed. Throws PanelError `busy` that names the task which holds one of the locks.
 */
export async function createTask(
  tx: Transaction,
  author: TaskAuthor,
  plan: Plan,
  options: { clusterId?: string | null } = {},
): Promise<string> {
  checkPlan(plan);
  const id = newId("task");
  const { kind, title } = plan;
  await tx.insert(tasks).values({
    id,
    kind,
    title,
    state: "queued",
    plan: { ...plan, format: PLAN_FORMAT },
    clusterId: options.clusterId ?? null,
    actorId: author.actor.id,
    actorName: author.actor.name,
    requestId: author.requestId,
  });
  await insertTaskSearch(tx, { id, actorName: author.actor.name, plan });
  await takeLocks(tx, id, plan.locks);
  const rows = plan.steps.map((step, position) => ({
    taskId: id,
    position,
    stepId: step.id,
    state: "pending" as const,
  }));
  if (rows.length > 0) await tx.insert(taskSteps).values(rows);
  const detail = {
    kind,
    title,
    steps: rows.length,
    targets: plan.targets.map(({ label, address }) => ({ label, address })),
  };
  await writeAudit(tx, author, { action: "task.create", entity: "task", entityId: id, detail });
  await hintTask(tx, id);
  return id;
}
