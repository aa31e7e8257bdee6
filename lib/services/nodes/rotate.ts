import { and, eq, gt, isNull } from "drizzle-orm";
import { type Executor, inTransaction, type Transaction } from "../../db/client.ts";
import { plans } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { nodeObstacle } from "../../domain/node.ts";
import type { Plan } from "../../domain/plan.ts";
import { text } from "../../domain/text.ts";
import { createTask } from "../../plans/create-task.ts";
import { digest } from "../../plans/digest.ts";
import { sealSecret } from "../../secrets/store.ts";
import { newKeyPair } from "../../ssh/keys.ts";
import type { ServiceContext } from "../context.ts";
import { measured, type NodeRow } from "../drives/world.ts";
import { keepPlan, planExpiry, stalePlan } from "../tasks/start-plan.ts";
import { openTasksOn } from "./concerns.ts";
import { lockNode } from "./lock.ts";
import { publicKeyOn } from "./remove.ts";
import { planRotation, type RotationKeys } from "./rotation-plan.ts";

/** A plan as it is shown: what is confirmed is its id and digest, nothing else. */
export interface ShownPlan {
  planId: string;
  digest: string;
  plan: Plan;
}

/** Refuses what can't be done to the node now. Answers with the public half of its key. */
async function requireOpen(tx: Executor, row: NodeRow, look: typeof measured): Promise<string> {
  const live = (await look()).live.find((node) => node.nodeId === row.id);
  const acted = { ...row, health: live?.health, reason: live?.reason ?? null, tasks: await openTasksOn(row.id, tx) };
  const obstacle = nodeObstacle("rotate-key", acted);
  if (obstacle) throw new PanelError({ code: "conflict", message: obstacle });
  const publicKey = await publicKeyOn(row, tx);
  if (publicKey === null)
    throw new PanelError({ code: "conflict", message: text("node.obstacle.not-reached", { node: row.name }) });
  return publicKey;
}

/**
 * Makes a new key pair for a node, sealed, and the plan that brings it there; nothing is contacted. Throws PanelError
 * `not-found`, and `conflict` with what stands in the way.
 */
export function planKeyRotation(
  ctx: ServiceContext,
  { nodeId }: { nodeId: string },
  look = measured,
): Promise<ShownPlan> {
  return inTransaction(async (tx) => {
    const row = await lockNode(tx, nodeId);
    const oldPublic = await requireOpen(tx, row, look);
    const pair = newKeyPair();
    // The key is kept as long as its plan may be confirmed.
    const expiresAt = planExpiry();
    const newSecret = await sealSecret({ purpose: "node-key", value: pair.privateKey, expiresAt }, tx);
    const plan = planRotation(row, { oldPublic, newPublic: pair.publicKey, newSecret });
    const shown = { plan, digest: digest(plan) };
    return { ...shown, planId: await keepPlan(tx, ctx, { ...shown, expiresAt }) };
  });
}

/** The person's own plan, not yet confirmed, and its time not over. */
async function takePlan(tx: Transaction, ctx: ServiceContext, input: { planId: string; digest: string }) {
  const now = new Date();
  const own = and(eq(plans.id, input.planId), eq(plans.ownerId, ctx.actor.id), eq(plans.digest, input.digest));
  const [row] = await tx
    .update(plans)
    .set({ confirmedAt: now })
    .where(and(own, isNull(plans.confirmedAt), gt(plans.expiresAt, now)))
    .returning();
  if (!row) throw stalePlan();
  return row;
}

/** The new key of a plan that was made here: its line, and the secret that signs in with it. */
function keysOf(plan: Plan, oldPublic: string): RotationKeys & { nodeId: string } {
  const [old, fresh] = plan.targets;
  const add = plan.steps.find((step) => step.kind === "node" && step.proves !== undefined);
  const line = add?.kind === "node" ? add.command.argv.at(-1) : undefined;
  const newPublic = line?.split(" ").slice(1, 3).join(" ");
  if (!old || !fresh?.keySecret || !newPublic) throw stalePlan();
  return { nodeId: old.nodeId, oldPublic, newPublic, newSecret: fresh.keySecret };
}

/**
 * Starts the change of keys that was shown. Throws PanelError `stale` where the plan is another person's, was confirmed,
 * is too old, or is not what would run now; `conflict` with what stands in the way; `busy`.
 */
export function confirmKeyRotation(
  ctx: ServiceContext,
  input: { planId: string; digest: string },
  look = measured,
): Promise<{ taskId: string }> {
  return inTransaction(async (tx) => {
    const { plan } = await takePlan(tx, ctx, input);
    const row = await lockNode(tx, keysOf(plan, "").nodeId);
    const oldPublic = await requireOpen(tx, row, look);
    if (digest(planRotation(row, keysOf(plan, oldPublic))) !== input.digest) throw stalePlan();
    return { taskId: await createTask(tx, ctx, plan, { clusterId: row.clusterId }) };
  });
}
