import type { Transaction } from "../db/client.ts";
import { plans } from "../db/schema/index.ts";
import { PanelError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import type { Plan } from "../domain/plan.ts";
import type { PlannedView } from "../domain/planned.ts";
import { type Text, text } from "../domain/text.ts";
import { createTask } from "../plans/create-task.ts";
import { digest } from "../plans/digest.ts";
import type { ServiceContext } from "./context.ts";

const PLAN_MINUTES = 15;

/** A change as it was planned, before it has a digest. */
export type Planned = Omit<PlannedView, "digest">;

/** With the digest that confirms it. */
export function withDigest<P extends Planned>(planned: P): P & PlannedView {
  return { ...planned, digest: planned.plan && planned.blockers.length === 0 ? digest(planned.plan) : null };
}

function refuse({ blockers, problems }: Planned): PanelError {
  const [message = text("drive.stale")] = [...blockers, ...Object.values(problems)];
  const fields: { fields?: Record<string, Text> } = Object.keys(problems).length > 0 ? { fields: problems } : {};
  return new PanelError({ code: blockers.length > 0 ? "conflict" : "invalid-input", message, ...fields });
}

/** The plan, where it is the one that was shown. Throws PanelError: what stands in the way, or `stale`. */
function requireShown(planned: Planned, shown: string): Plan {
  const { plan } = planned;
  if (!plan || planned.blockers.length > 0) throw refuse(planned);
  if (digest(plan) !== shown)
    throw new PanelError({ code: "stale", message: text("drive.stale"), hint: text("drive.stale-hint") });
  return plan;
}

/**
 * Starts what was shown, in the caller's transaction; answers with the task's id. Throws PanelError `conflict` or
 * `invalid-input` for what stands in the way, `stale` where it is no longer what was shown, `invalid-input` for a name
 * that was not typed, `busy` where a task holds one of its locks.
 */
export async function startPlanned(
  tx: Transaction,
  ctx: ServiceContext,
  planned: Planned,
  shown: { digest: string; typed: string; clusterId: string | null },
): Promise<string> {
  const plan = requireShown(planned, shown.digest);
  if (planned.confirmName !== null && shown.typed !== planned.confirmName) {
    const message = text("drive.rule.name-mismatch", { name: planned.confirmName });
    throw new PanelError({ code: "invalid-input", message, fields: { typed: message } });
  }
  const taskId = newId("task");
  await createTask(tx, ctx, plan, { id: taskId, clusterId: shown.clusterId });
  const now = new Date();
  await tx.insert(plans).values({
    id: newId("plan"),
    ownerId: ctx.actor.id,
    plan,
    digest: shown.digest,
    expiresAt: new Date(now.getTime() + PLAN_MINUTES * 60_000),
    confirmedAt: now,
  });
  return taskId;
}
