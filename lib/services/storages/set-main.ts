import { setTimeout as pause } from "node:timers/promises";
import { and, eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import { db, inTransaction } from "../../db/client.ts";
import { nodes, storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import type { StorageLive } from "../../domain/live.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { hubLive, recheckNode } from "../../live/hub.ts";
import type { ServiceContext } from "../context.ts";

const DEADLINE_MS = 60_000;
const POLL_MS = 200;

/** The storage on each of these nodes, from checks that began after `since`; null for a node without one in time. */
async function lookEverywhere(
  storageId: string,
  nodeIds: readonly string[],
  since: number,
): Promise<Map<string, StorageLive | null>> {
  for (const nodeId of nodeIds) recheckNode(nodeId, storageId);
  const found = new Map<string, StorageLive | null>();
  while (found.size < nodeIds.length && performance.now() - since < DEADLINE_MS) {
    for (const node of hubLive() ?? []) {
      const storage = node.storages.find((one) => one.storageId === storageId);
      const isFresh = storage?.checkedAgeMs != null && storage.checkedAgeMs < performance.now() - since;
      if (storage && isFresh && !storage.suspect && nodeIds.includes(node.nodeId)) found.set(node.nodeId, storage);
    }
    if (found.size < nodeIds.length) await pause(POLL_MS);
  }
  return new Map(nodeIds.map((id) => [id, found.get(id) ?? null]));
}

/**
 * Makes a storage its cluster's main one (S09), after a look at it on every node. Throws PanelError `not-found`, and
 * `conflict` that names the first node on which it is not well, or could not be looked at.
 */
export async function setMainStorage(ctx: ServiceContext, storageId: string): Promise<null> {
  const [storage] = await db().select().from(storages).where(eq(storages.id, storageId));
  if (!storage) throw new PanelError({ code: "not-found", message: text("join.main.gone") });
  if (storage.isMain) return null;
  const members = await db()
    .select({ id: nodes.id, name: nodes.name })
    .from(nodes)
    .where(eq(nodes.clusterId, storage.clusterId));
  const seen = await lookEverywhere(
    storageId,
    members.map((node) => node.id),
    performance.now(),
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
