import { count, eq } from "drizzle-orm";
import { z } from "zod";
import { writeAudit } from "../../audit/write.ts";
import { db, type Executor, inTransaction, type Transaction } from "../../db/client.ts";
import { clusters, draftNodes, drafts, drives, nodes } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { PLAN_FORMAT } from "../../domain/plan.ts";
import type { RemovalView } from "../../domain/planned.ts";
import { removeClusterObstacle } from "../../domain/storage-life.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { auditOf, type PanelStepContext, registerPanelStep } from "../../plans/panel-steps.ts";
import type { ServiceContext } from "../context.ts";
import { dropMachines } from "../drafts/edit.ts";
import { type Planned, startPlanned, withDigest } from "../tasks/start-plan.ts";
import { lockCluster } from "../storages/lock.ts";

export const confirmClusterRemovalSchema = z.strictObject({
  clusterId: z.string().min(1).max(80),
  digest: z.string().length(64),
  typed: z.string().max(200),
});

type ClusterRow = typeof clusters.$inferSelect;

const missing = () => new PanelError({ code: "not-found", message: text("join.draft.no-cluster") });

async function obstacleOf(tx: Executor, { id, name }: Pick<ClusterRow, "id" | "name">) {
  const [nodeRow] = await tx.select({ count: count() }).from(nodes).where(eq(nodes.clusterId, id));
  const [driveRow] = await tx.select({ count: count() }).from(drives).where(eq(drives.clusterId, id));
  return removeClusterObstacle(name, nodeRow?.count ?? 0, driveRow?.count ?? 0);
}

/**
 * What the deletion of a cluster comes to. A cluster with nodes is refused: the steps by which they leave would stand
 * before the panel's own one.
 */
async function planRemoval(tx: Executor, cluster: ClusterRow): Promise<Planned> {
  const obstacle = await obstacleOf(tx, cluster);
  if (obstacle) return { plan: null, problems: {}, blockers: [obstacle], confirmName: null };
  const { id, name } = cluster;
  const title = text("life.plan.remove-cluster", { cluster: name });
  const step = { kind: "panel" as const, id: "remove", action: "cluster.remove", input: { clusterId: id, name } };
  return {
    plan: {
      ...{ format: PLAN_FORMAT, kind: "cluster.remove", title, targets: [] },
      steps: [
        {
          ...step,
          title: text("life.step.remove-cluster", { cluster: name }),
          undo: { none: text("life.step.remove-none") },
        },
      ],
      ...{ locks: [`cluster:${id}`], notes: [text("life.note.history")] },
    },
    ...{ problems: {}, blockers: [], confirmName: name },
  };
}

/** What the deletion of a cluster would do. Throws PanelError `not-found`. */
export async function previewClusterRemoval(_ctx: ServiceContext, clusterId: string): Promise<RemovalView> {
  const [cluster] = await db().select().from(clusters).where(eq(clusters.id, clusterId));
  if (!cluster) throw missing();
  return { ...withDigest(await planRemoval(db(), cluster)), left: [] };
}

/** Starts the deletion that was shown. Throws PanelError as `startPlanned` does, and `not-found`. */
export async function confirmClusterRemoval(
  ctx: ServiceContext,
  input: z.output<typeof confirmClusterRemovalSchema>,
): Promise<{ taskId: string }> {
  return inTransaction(async (tx) => {
    const cluster = await lockCluster(tx, input.clusterId);
    if (!cluster) throw missing();
    return { taskId: await startPlanned(tx, ctx, await planRemoval(tx, cluster), input) };
  });
}

/** What was being typed for the cluster is of no use any more; its credentials go with it. */
async function dropDrafts(tx: Transaction, clusterId: string): Promise<void> {
  for (const { id } of await tx.select({ id: drafts.id }).from(drafts).where(eq(drafts.clusterId, clusterId))) {
    await dropMachines(tx, await tx.select().from(draftNodes).where(eq(draftNodes.draftId, id)));
    await tx.delete(drafts).where(eq(drafts.id, id));
    await announceChanged(tx, "draft", id);
  }
}

async function remove(tx: Transaction, raw: Record<string, unknown>, context: PanelStepContext): Promise<void> {
  const { clusterId, name } = raw as { clusterId: string; name: string };
  const cluster = await lockCluster(tx, clusterId);
  if (!cluster) throw missing();
  const obstacle = await obstacleOf(tx, cluster);
  if (obstacle) throw new PanelError({ code: "conflict", message: obstacle });
  await dropDrafts(tx, clusterId);
  await tx.delete(clusters).where(eq(clusters.id, clusterId));
  const detail = { name, taskId: context.taskId };
  await writeAudit(tx, auditOf(context), { action: "cluster.remove", entity: "cluster", entityId: clusterId, detail });
  await announceChanged(tx, "cluster", clusterId);
}

/** Makes the panel step of a cluster's deletion known to the engine; called once, at start. */
export function registerClusterRemoval(): void {
  registerPanelStep("cluster.remove", { do: remove });
}
