import type { Transaction } from "../../db/client.ts";
import { plans } from "../../db/schema/index.ts";
import { newId } from "../../domain/ids.ts";
import type { Plan } from "../../domain/plan.ts";
import { createTask } from "../../plans/create-task.ts";
import type { ServiceContext } from "../context.ts";

const PLAN_MINUTES = 15;

/** Writes the task of a plan that was shown and confirmed, and keeps the plan beside it. Answers with the task's id. */
export async function startPlan(
  tx: Transaction,
  ctx: ServiceContext,
  plan: Plan,
  {
    digest,
    clusterId,
    taskId,
    draftId,
  }: { digest: string; clusterId: string | null; taskId?: string; draftId?: string },
): Promise<string> {
  const id = await createTask(tx, ctx, plan, { clusterId, ...(taskId ? { id: taskId } : {}) });
  const now = new Date();
  await tx.insert(plans).values({
    id: newId("plan"),
    ownerId: ctx.actor.id,
    draftId: draftId ?? null,
    plan,
    digest,
    expiresAt: new Date(now.getTime() + PLAN_MINUTES * 60_000),
    confirmedAt: now,
  });
  return id;
}
