import type { Plan, PlanTarget, StepState } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { db } from "./client.ts";
import { taskSteps, tasks } from "./schema/index.ts";

/** A plan of a test; what is not said of it is empty. */
export function testPlan(said: Partial<Plan> = {}): Plan {
  const empty = { targets: [], steps: [], locks: [], notes: [] };
  return { format: 1, kind: "test", title: text("task.ended"), ...empty, ...said };
}

/** A node as a plan has it, where nobody answers. */
export function testTarget(nodeId: string, label = nodeId): PlanTarget {
  return { key: nodeId, label, nodeId, address: "127.9.9.9", port: 1, user: "root", fingerprint: "" };
}

/** A task as its journal shows it in the middle: `tk_1`, running, of an empty plan unless said otherwise. `states`: of the plan's first steps. */
export async function seedTask(
  said: Partial<typeof tasks.$inferInsert> = {},
  states: readonly StepState[] = [],
): Promise<void> {
  const { id = "tk_1", plan = testPlan() } = said;
  const { kind, title } = plan;
  await db()
    .insert(tasks)
    .values({ id, kind, title, plan, state: "running", actorName: "Anna", requestId: "test", ...said });
  const rows = states.map((state, position) => ({
    taskId: id,
    position,
    stepId: plan.steps[position]?.id ?? "",
    state,
  }));
  if (rows.length > 0) await db().insert(taskSteps).values(rows);
}
