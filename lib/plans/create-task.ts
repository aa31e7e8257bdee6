import { asc, eq, inArray } from "drizzle-orm";
import { writeAudit } from "../audit/write.ts";
import type { Transaction } from "../db/client.ts";
import { taskLocks, taskSteps, tasks } from "../db/schema/index.ts";
import { PanelError, type TaskRef } from "../domain/errors.ts";
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

/** A task that has a lock; its end, where it kept the lock beyond that. */
type Holder = TaskRef & { endedAt: Date | null };

/** Locks of these that are free are the task's from now on. Answers with the others. */
async function takeFree(tx: Transaction, taskId: string, keys: readonly string[]): Promise<string[]> {
  const taken = await tx
    .insert(taskLocks)
    .values(keys.map((key) => ({ key, taskId })))
    .onConflictDoNothing()
    .returning({ key: taskLocks.key });
  const own = new Set(taken.map(({ key }) => key));
  return keys.filter((key) => !own.has(key));
}

/** A task that has one of these locks; rather one that has ended: then no other one is waited for in vain. */
async function holderOf(tx: Transaction, keys: string[]): Promise<Holder | undefined> {
  const [holder] = await tx
    .select({ id: tasks.id, title: tasks.title, actorName: tasks.actorName, endedAt: tasks.endedAt })
    .from(taskLocks)
    .innerJoin(tasks, eq(tasks.id, taskLocks.taskId))
    .where(inArray(taskLocks.key, keys))
    .orderBy(asc(tasks.endedAt), asc(tasks.id))
    .limit(1);
  return holder;
}

/** Nobody knows when a lock is let go that outlived its task: only one that is open may be waited for. */
function refusal({ endedAt, ...task }: Holder): PanelError {
  const word = endedAt ? "held" : "locked";
  const message = text(`task.${word}`, { task: say(task.title), id: task.id });
  return new PanelError({
    ...{ code: "busy", message, hint: text(`task.${word}-hint`) },
    ...(endedAt ? {} : { waitFor: task }),
  });
}

/** Takes the plan's locks, or says who holds one. */
async function takeLocks(tx: Transaction, taskId: string, keys: readonly string[]): Promise<void> {
  // In one order for everybody, so that two tasks never wait for each other.
  let wanted = [...new Set(keys)].sort();
  while (wanted.length > 0) {
    wanted = await takeFree(tx, taskId, wanted);
    const holder = wanted.length > 0 ? await holderOf(tx, wanted) : undefined;
    if (holder) throw refusal(holder);
    // Whoever had the rest of them has ended in between.
  }
}

/**
 * Writes a task with its journal, locks and audit row in the caller's transaction; the engine starts once that is
 * committed. Throws PanelError `busy` that names the task which holds one of the locks, with `waitFor` while that is open.
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
