import { count, eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import type { Transaction } from "../../db/client.ts";
import { drives, storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { removeObstacle } from "../../domain/storage-life.ts";
import { announceChanged } from "../../live/changed.ts";
import { auditOf, type PanelStepContext, registerPanelStep } from "../../plans/panel-steps.ts";
import { deleteSecretsOf } from "../drafts/storage-secrets.ts";
import { lockNodes } from "../nodes/lock.ts";
import { lockStorage } from "./lock.ts";
import type { RemovalInput } from "./plan-removal.ts";

const inputOf = (input: Record<string, unknown>) => input as unknown as RemovalInput;

/** The storage, with nobody placing drives meanwhile. Throws PanelError `conflict` where it may not go by now. */
async function requireRemovable(tx: Transaction, { storageId, clusterId }: RemovalInput): Promise<void> {
  const storage = await lockStorage(tx, storageId);
  await lockNodes(tx, clusterId);
  const [row] = await tx.select({ count: count() }).from(drives).where(eq(drives.storageId, storageId));
  const obstacle = removeObstacle(storage, row?.count ?? 0);
  if (obstacle) throw new PanelError({ code: "conflict", message: obstacle });
}

async function setEnabled(tx: Transaction, { storageId, clusterId }: RemovalInput, isEnabled: boolean): Promise<void> {
  await tx.update(storages).set({ isEnabled }).where(eq(storages.id, storageId));
  await announceChanged(tx, "cluster", clusterId);
}

async function remove(tx: Transaction, input: RemovalInput, context: PanelStepContext): Promise<void> {
  await requireRemovable(tx, input);
  const [gone] = await tx.delete(storages).where(eq(storages.id, input.storageId)).returning();
  if (gone) await deleteSecretsOf(tx, [gone]);
  const { storageId, clusterId, name, left, off } = input;
  const detail = { clusterId, name, kind: gone?.kind, config: gone?.config, left, off, taskId: context.taskId };
  await writeAudit(tx, auditOf(context), { action: "storage.remove", entity: "storage", entityId: storageId, detail });
  await announceChanged(tx, "cluster", clusterId);
}

/** Makes the panel steps of a storage's removal known to the engine; called once, at start. */
export function registerStorageRemoval(): void {
  registerPanelStep("storage.begin-removal", {
    do: async (tx, input) => {
      await requireRemovable(tx, inputOf(input));
      await setEnabled(tx, inputOf(input), false);
    },
    undo: (tx, input) => setEnabled(tx, inputOf(input), inputOf(input).wasEnabled),
  });
  registerPanelStep("storage.remove", { do: (tx, input, context) => remove(tx, inputOf(input), context) });
}
