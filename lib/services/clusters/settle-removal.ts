import { count, eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import type { Transaction } from "../../db/client.ts";
import { clusters, draftNodes, drafts, drives, nodes, storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { auditOf, type PanelStepContext, registerPanelStep } from "../../plans/panel-steps.ts";
import { dropMachines } from "../drafts/edit.ts";
import { deleteSecretsOf } from "../drafts/storage-secrets.ts";
import type { StoredData } from "../drafts/stored.ts";
import { lockCluster } from "../storages/lock.ts";
import type { ClusterRemovalInput } from "./removal-plan.ts";
import { noSuchCluster } from "./remove.ts";

/** What was being typed for the cluster is of no use any more; its credentials go with it. */
async function dropDrafts(tx: Transaction, clusterId: string): Promise<void> {
  for (const { id, data } of await tx.select().from(drafts).where(eq(drafts.clusterId, clusterId))) {
    await deleteSecretsOf(tx, (data as unknown as StoredData).form.storages);
    await dropMachines(tx, await tx.select().from(draftNodes).where(eq(draftNodes.draftId, id)));
    await tx.delete(drafts).where(eq(drafts.id, id));
    await announceChanged(tx, "draft", id);
  }
}

/** Its nodes have left one by one: whatever stands in it now was not in the plan. Throws PanelError `conflict`. */
async function requireEmpty(tx: Transaction, { id, name }: { id: string; name: string }): Promise<void> {
  const [nodeRow] = await tx.select({ count: count() }).from(nodes).where(eq(nodes.clusterId, id));
  const [driveRow] = await tx.select({ count: count() }).from(drives).where(eq(drives.clusterId, id));
  const values = { cluster: name, nodes: nodeRow?.count ?? 0, drives: driveRow?.count ?? 0 };
  if (values.nodes + values.drives > 0)
    throw new PanelError({ code: "conflict", message: text("life.obstacle.cluster-not-empty", values) });
}

async function remove(tx: Transaction, input: ClusterRemovalInput, context: PanelStepContext): Promise<void> {
  const { clusterId, name, storages: names, left, off } = input;
  const cluster = await lockCluster(tx, clusterId);
  if (!cluster) throw noSuchCluster();
  await requireEmpty(tx, cluster);
  await dropDrafts(tx, clusterId);
  await deleteSecretsOf(tx, await tx.select().from(storages).where(eq(storages.clusterId, clusterId)));
  await tx.delete(clusters).where(eq(clusters.id, clusterId));
  const detail = { name, storages: names, left, off, taskId: context.taskId };
  await writeAudit(tx, auditOf(context), { action: "cluster.remove", entity: "cluster", entityId: clusterId, detail });
  await announceChanged(tx, "cluster", clusterId);
}

/** Makes the panel step of a cluster's deletion known to the engine; called once, at start. */
export function registerClusterRemoval(): void {
  registerPanelStep("cluster.remove", {
    do: (tx, input, context) => remove(tx, input as unknown as ClusterRemovalInput, context),
  });
}
