import { eq, isNull } from "drizzle-orm";
import { db, type Executor } from "../db/client.ts";
import { taskSearch, tasks } from "../db/schema/index.ts";
import type { Plan } from "../domain/plan.ts";
import { say } from "./say.ts";

const MOST_WORDS = 2_000;
const BATCH = 500;

interface Findable {
  id: string;
  actorName: string;
  plan: Pick<Plan, "title" | "kind" | "targets">;
}

function rowOf({ id, actorName, plan }: Findable): typeof taskSearch.$inferInsert {
  const machines = plan.targets.flatMap((target) => [target.label, target.address]);
  const words = [say(plan.title), id, actorName, plan.kind, ...new Set(machines)].join(" ").toLowerCase();
  return { taskId: id, words: words.slice(0, MOST_WORDS), nodeIds: plan.targets.map((target) => target.nodeId) };
}

/** Writes what a task is found by, in the transaction that writes the task. */
export async function insertTaskSearch(tx: Executor, task: Findable): Promise<void> {
  await tx.insert(taskSearch).values(rowOf(task)).onConflictDoNothing();
}

/** Makes the rows that are missing: of tasks from before there were any. */
export async function fillTaskSearch(): Promise<void> {
  for (;;) {
    const missing = await db()
      .select({ id: tasks.id, actorName: tasks.actorName, plan: tasks.plan })
      .from(tasks)
      .leftJoin(taskSearch, eq(taskSearch.taskId, tasks.id))
      .where(isNull(taskSearch.taskId))
      .limit(BATCH);
    if (missing.length === 0) return;
    await db().insert(taskSearch).values(missing.map(rowOf)).onConflictDoNothing();
  }
}
