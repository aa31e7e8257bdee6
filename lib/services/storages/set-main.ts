import { and, eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import { db, inTransaction } from "../../db/client.ts";
import { nodes, storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { mainObstacle } from "../../domain/storage-life.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import type { ServiceContext } from "../context.ts";
import { lookEverywhere } from "../live/look-everywhere.ts";
import { lockStorage, refuseWhileBusy, type StorageRow } from "./lock.ts";

const DEADLINE_MS = 60_000;

function refuseObstacle(storage: StorageRow): void {
  const obstacle = mainObstacle(storage);
  if (obstacle) throw new PanelError({ code: "conflict", message: obstacle });
}

/**
 * Makes a storage its cluster's main one (S09), after a look at it on every node. Throws PanelError `not-found`, and
 * `conflict` where it takes no new drives, or that names the first node on which it is not well, or could not be looked at.
 */
export async function setMainStorage(ctx: ServiceContext, storageId: string): Promise<null> {
  const [storage] = await db().select().from(storages).where(eq(storages.id, storageId));
  if (!storage) throw new PanelError({ code: "not-found", message: text("join.main.gone") });
  if (storage.isMain) return null;
  refuseObstacle(storage);
  const members = await db()
    .select({ id: nodes.id, name: nodes.name })
    .from(nodes)
    .where(eq(nodes.clusterId, storage.clusterId));
  const seen = await lookEverywhere(
    storageId,
    members.map((node) => node.id),
    performance.now(),
    DEADLINE_MS,
  );
  for (const { id, name } of members) {
    const status = seen.get(id)?.status;
    if (status === "ok") continue;
    const message = text(status ? "join.main.not-well" : "join.main.not-seen", {
      node: name,
      storage: storage.name,
      status: status ?? "",
    });
    throw new PanelError({ code: "conflict", message, hint: text("join.main.hint") });
  }
  await inTransaction(async (tx) => {
    // The looks took their time: it may have been switched off, or be on its way out, by now.
    const now = await lockStorage(tx, storageId);
    await refuseWhileBusy(tx, now);
    refuseObstacle(now);
    await tx
      .update(storages)
      .set({ isMain: false })
      .where(and(eq(storages.clusterId, storage.clusterId), eq(storages.isMain, true)));
    await tx.update(storages).set({ isMain: true }).where(eq(storages.id, storageId));
    const detail = { clusterId: storage.clusterId, name: storage.name };
    await writeAudit(tx, ctx, { action: "storage.set-main", entity: "storage", entityId: storageId, detail });
    await announceChanged(tx, "cluster", storage.clusterId);
  });
  return null;
}
