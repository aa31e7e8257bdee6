import { eq } from "drizzle-orm";
import { z } from "zod";
import { writeAudit } from "../../audit/write.ts";
import { inTransaction } from "../../db/client.ts";
import { storages, storageThresholds } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import type { ServiceContext } from "../context.ts";

const percent = (least: number, most: number, message: string) =>
  z.number(message).int(message).min(least, message).max(most, message);

export const thresholdsSchema = z
  .strictObject({
    storageId: z.string().min(1).max(80),
    warning: percent(1, 99, "capacity.field.warning"),
    critical: percent(2, 100, "capacity.field.critical"),
  })
  .refine(({ warning, critical }) => warning < critical, { path: ["critical"], error: "capacity.field.order" });

/** Sets from which percentages on a storage is worth a warning, and urgent. Throws PanelError `not-found`. */
export async function setThresholds(ctx: ServiceContext, input: z.output<typeof thresholdsSchema>): Promise<null> {
  const { storageId, warning, critical } = input;
  await inTransaction(async (tx) => {
    const [storage] = await tx.select({ name: storages.name }).from(storages).where(eq(storages.id, storageId));
    if (!storage) throw new PanelError({ code: "not-found", message: text("capacity.no-storage") });
    await tx
      .insert(storageThresholds)
      .values(input)
      .onConflictDoUpdate({ target: storageThresholds.storageId, set: { warning, critical } });
    const detail = { name: storage.name, warning, critical };
    await writeAudit(tx, ctx, { action: "storage.thresholds", entity: "storage", entityId: storageId, detail });
    await announceChanged(tx, "usage", storageId);
  });
  return null;
}
