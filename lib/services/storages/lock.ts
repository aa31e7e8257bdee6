import { eq } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { clusters, storages, taskLocks, tasks } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
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

/** What a task holds that works on a storage as a whole. */
export const storageLock = (storageId: string) => `storage:${storageId}`;

/** What a task holds that works on a storage on one node. */
export const placeLock = (storageId: string, nodeId: string) => `storage-node:${storageId}:${nodeId}`;

/** Throws PanelError `busy` while a task works on the storage as a whole. */
export async function refuseWhileBusy(tx: Transaction, { id, name }: Pick<StorageRow, "id" | "name">): Promise<void> {
  const [holder] = await tx
    .select({ title: tasks.title })
    .from(taskLocks)
    .innerJoin(tasks, eq(tasks.id, taskLocks.taskId))
    .where(eq(taskLocks.key, storageLock(id)));
  if (!holder) return;
  const message = text("life.obstacle.busy", { storage: name, task: say(holder.title) });
  throw new PanelError({ code: "busy", message, hint: text("life.obstacle-hint") });
}
