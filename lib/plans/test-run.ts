import { and, eq, inArray } from "drizzle-orm";
import { db, inTransaction } from "../db/client.ts";
import { taskSteps, tasks } from "../db/schema/index.ts";
import type { Plan } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { createTask, type TaskAuthor } from "./create-task.ts";
import { unknownSteps } from "./held-locks.ts";
import { writeEnd } from "./journal.ts";
import { claimTask, type Lease } from "./lease.ts";
import { runTask } from "./run-task.ts";

/** Takes a task up, as an engine does: the only one that waits. */
export async function takeUp(taskId: string): Promise<Lease> {
  const lease = await claimTask("test:1");
  if (lease?.taskId !== taskId) throw new Error("another task was claimed");
  return lease;
}

/** Runs a task to its end; answers with its state. */
export async function runToEnd(taskId: string, lease?: Lease): Promise<string> {
  await runTask(lease ?? (await takeUp(taskId)), { panelId: "pa_1", epoch: 1, nodeWaitMs: 0 });
  const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
  return task?.state ?? "";
}

/** A task that has ended, and of these steps nobody knows what became of them. */
export async function endNotKnown(author: TaskAuthor, plan: Plan, stepIds: readonly string[]): Promise<string> {
  const id = await inTransaction((tx) => createTask(tx, author, plan));
  const lease = await takeUp(id);
  const error = { code: "outcome-unknown" as const, message: text("task.ended") };
  await db()
    .update(taskSteps)
    .set({ state: "failed", attempt: 1, bootId: "boot-1", error })
    .where(and(eq(taskSteps.taskId, id), inArray(taskSteps.stepId, [...stepIds])));
  const rows = await db().select().from(taskSteps).where(eq(taskSteps.taskId, id));
  await writeEnd(lease, "failed", unknownSteps(plan, rows).length > 0 ? plan.holds : []);
  return id;
}
