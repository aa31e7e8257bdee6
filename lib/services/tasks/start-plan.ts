import type { Transaction } from "../../db/client.ts";
import { plans } from "../../db/schema/index.ts";
import { PanelError, stalePlanView } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import type { Plan } from "../../domain/plan.ts";
import type { PlannedView } from "../../domain/planned.ts";
import { type Text, text } from "../../domain/text.ts";
import { createTask } from "../../plans/create-task.ts";
import { digest } from "../../plans/digest.ts";
import type { ServiceContext } from "../context.ts";

const PLAN_MINUTES = 15;

/** Until when a plan that is shown now may be confirmed. */
export const planExpiry = () => new Date(Date.now() + PLAN_MINUTES * 60_000);

/** A plan as it was shown. */
interface Shown {
  plan: Plan;
  digest: string;
  expiresAt: Date;
  draftId?: string;
  /** Left out while it waits to be confirmed. */
  confirmedAt?: Date;
}

/** Keeps a plan as it was shown to somebody. Answers with its id. */
export async function keepPlan(tx: Transaction, { actor }: ServiceContext, shown: Shown): Promise<string> {
  const id = newId("plan");
  await tx.insert(plans).values({ id, ownerId: actor.id, ...shown });
  return id;
}

/** Writes the task of a plan that was shown and confirmed, and keeps the plan beside it. Answers with the task's id. */
export async function startPlan(
  tx: Transaction,
  ctx: ServiceContext,
  plan: Plan,
  { clusterId, ...shown }: { digest: string; clusterId: string | null; draftId?: string },
): Promise<string> {
  await keepPlan(tx, ctx, { ...shown, plan, expiresAt: planExpiry(), confirmedAt: new Date() });
  return createTask(tx, ctx, plan, { clusterId });
}

/** A change as it was planned, before it has a digest. */
export type Planned = Omit<PlannedView, "digest">;

/** With the digest that confirms it. */
export function withDigest<P extends Planned>(planned: P): P & PlannedView {
  return { ...planned, digest: planned.plan && planned.blockers.length === 0 ? digest(planned.plan) : null };
}

/** What was shown is not what would run now. */
export const stalePlan = () => new PanelError(stalePlanView());

function refuse({ blockers, problems }: Planned): PanelError {
  const [message = text("task.stale")] = [...blockers, ...Object.values(problems)];
  const fields: { fields?: Record<string, Text> } = Object.keys(problems).length > 0 ? { fields: problems } : {};
  return new PanelError({ code: blockers.length > 0 ? "conflict" : "invalid-input", message, ...fields });
}

/** The plan, where it is the one that was shown. Throws PanelError: what stands in the way, or `stale`. */
function requireShown(planned: Planned, shown: string): Plan {
  const { plan } = planned;
  if (!plan || planned.blockers.length > 0) throw refuse(planned);
  if (digest(plan) !== shown) throw stalePlan();
  return plan;
}

/**
 * Starts a planned change as it was shown, in the caller's transaction; answers with the task's id. Throws PanelError
 * `conflict` or `invalid-input` for what stands in the way, `stale` where it is no longer what was shown,
 * `invalid-input` for a name that was not typed, `busy` where a task holds one of its locks.
 */
export async function startPlanned(
  tx: Transaction,
  ctx: ServiceContext,
  planned: Planned,
  { digest: shown, typed, clusterId }: { digest: string; typed: string; clusterId: string | null },
): Promise<string> {
  const plan = requireShown(planned, shown);
  if (planned.confirmName !== null && typed !== planned.confirmName) {
    const message = text("task.name-mismatch", { name: planned.confirmName });
    throw new PanelError({ code: "invalid-input", message, fields: { typed: message } });
  }
  return startPlan(tx, ctx, plan, { digest: shown, clusterId });
}
