import { eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import { inTransaction } from "../../db/client.ts";
import { storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { disableObstacle } from "../../domain/storage-life.ts";
import { announceChanged } from "../../live/changed.ts";
import type { ServiceContext } from "../context.ts";
import { lockStorage, refuseWhileBusy } from "./lock.ts";

/**
 * Lets a storage take new drives, or none any more; everything else of it goes on (P14). Throws PanelError `not-found`,
 * `conflict` for the main storage, `busy` while a task works on the storage as a whole.
 */
export async function setStorageEnabled(
  ctx: ServiceContext,
  { storageId, isEnabled }: { storageId: string; isEnabled: boolean },
): Promise<null> {
  await inTransaction(async (tx) => {
    const storage = await lockStorage(tx, storageId);
    await refuseWhileBusy(tx, storage);
    if (storage.isEnabled === isEnabled) return;
    const obstacle = isEnabled ? null : disableObstacle(storage);
    if (obstacle) throw new PanelError({ code: "conflict", message: obstacle });
    await tx.update(storages).set({ isEnabled }).where(eq(storages.id, storageId));
    const action = isEnabled ? "storage.enable" : "storage.disable";
    const detail = { clusterId: storage.clusterId, name: storage.name };
    await writeAudit(tx, ctx, { action, entity: "storage", entityId: storageId, detail });
    await announceChanged(tx, "cluster", storage.clusterId);
  });
  return null;
}
