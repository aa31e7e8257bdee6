import { eq } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { clusters, storages, taskLocks, tasks } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { type Text, text } from "../../domain/text.ts";
import { say } from "../../plans/say.ts";

export type StorageRow = typeof storages.$inferSelect;

/** Locks a cluster until the transaction ends: whoever changes which storages it has, and how, does so one after another. */
export async function lockCluster(tx: Transaction, clusterId: string): Promise<typeof clusters.$inferSelect | null> {
  const [row] = await tx.select().from(clusters).where(eq(clusters.id, clusterId)).for("no key update");
  return row ?? null;
}

/** A storage, with its cluster locked until the transaction ends. Throws PanelError `not-found`. */
export async function lockStorage(tx: Transaction, storageId: string): Promise<StorageRow> {
  const read = () => tx.select().from(storages).where(eq(storages.id, storageId));
  const [before] = await read();
  if (before) await lockCluster(tx, before.clusterId);
  // Whoever had the lock before may have changed or removed it.
  const [row] = await read();
  if (!row) throw new PanelError({ code: "not-found", message: text("life.gone") });
  return row;
}

/** What a task holds that takes a cluster away. */
export const clusterLock = (clusterId: string) => `cluster:${clusterId}`;

/** What a task holds that changes which storages a cluster has. */
export const storagesLock = (clusterId: string) => `cluster-storages:${clusterId}`;

/** What a task holds that works on a storage as a whole. */
export const storageLock = (storageId: string) => `storage:${storageId}`;

/** What a task holds that works on a storage on one node. */
export const placeLock = (storageId: string, nodeId: string) => `storage-node:${storageId}:${nodeId}`;

/** The title of the task that holds a lock; null where nobody does. */
async function holderOf(tx: Transaction, key: string): Promise<Text | null> {
  const [holder] = await tx
    .select({ title: tasks.title })
    .from(taskLocks)
    .innerJoin(tasks, eq(tasks.id, taskLocks.taskId))
    .where(eq(taskLocks.key, key));
  return holder?.title ?? null;
}

const busy = (message: Text) => new PanelError({ code: "busy", message, hint: text("life.obstacle-hint") });

/** Throws PanelError `busy` while a task works on the storage as a whole. */
export async function refuseWhileBusy(tx: Transaction, { id, name }: Pick<StorageRow, "id" | "name">): Promise<void> {
  const title = await holderOf(tx, storageLock(id));
  if (title) throw busy(text("life.obstacle.busy", { storage: name, task: say(title) }));
}

/** A cluster, locked until the transaction ends, for whoever brings something into it. Throws PanelError `busy` while it is being deleted. */
export async function lockStayingCluster(tx: Transaction, clusterId: string): Promise<void> {
  const cluster = await lockCluster(tx, clusterId);
  if (cluster && (await holderOf(tx, clusterLock(clusterId))))
    throw busy(text("life.obstacle.cluster-leaves", { cluster: cluster.name }));
}
