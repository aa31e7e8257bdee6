import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { writeAudit } from "../../audit/write.ts";
import { inTransaction } from "../../db/client.ts";
import { storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { storageName } from "../../domain/names.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import type { ServiceContext } from "../context.ts";
import { lockStorage } from "./lock.ts";

export const renameSchema = z.strictObject({ storageId: z.string().min(1).max(80), name: storageName });

/**
 * Gives a storage another name; no node knows its name, so nothing runs there. Throws PanelError `not-found`, and
 * `already-exists` with the field where another storage of the cluster is called so.
 */
export async function renameStorage(ctx: ServiceContext, input: z.output<typeof renameSchema>): Promise<null> {
  const { storageId, name } = input;
  await inTransaction(async (tx) => {
    const storage = await lockStorage(tx, storageId);
    if (storage.name === name) return;
    const [namesake] = await tx
      .select({ id: storages.id })
      .from(storages)
      .where(
        and(
          eq(storages.clusterId, storage.clusterId),
          ne(storages.id, storageId),
          sql`lower(${storages.name}) = lower(${name})`,
        ),
      );
    if (namesake) {
      const message = text("join.rule.storage-name-taken", { name });
      throw new PanelError({ code: "already-exists", message, fields: { name: message } });
    }
    await tx.update(storages).set({ name }).where(eq(storages.id, storageId));
    const detail = { clusterId: storage.clusterId, name, before: storage.name };
    await writeAudit(tx, ctx, { action: "storage.rename", entity: "storage", entityId: storageId, detail });
    await announceChanged(tx, "cluster", storage.clusterId);
  });
  return null;
}
