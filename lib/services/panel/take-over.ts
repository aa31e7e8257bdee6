import { sql } from "drizzle-orm";
import { CONSOLE, writeAudit } from "../../audit/write.ts";
import { inTransaction } from "../../db/client.ts";
import { panel } from "../../db/schema/index.ts";

/**
 * From the console, before a panel that was put back from a backup starts: nodes that it has asked once refuse the panel as
 * it was from then on. Returns the new epoch; throws where the database has no panel yet.
 */
export async function takePanelOver(): Promise<number> {
  return inTransaction(async (tx) => {
    // By the clock, not by one: two that were put back from one backup must not both count.
    const epoch = sql<number>`greatest(${panel.epoch} + 1, extract(epoch from now())::integer)`;
    const [row] = await tx.update(panel).set({ epoch }).returning({ id: panel.id, epoch: panel.epoch });
    if (!row) throw new Error("The database has no panel yet: start it once");
    const detail = { epoch: row.epoch };
    await writeAudit(tx, CONSOLE, { action: "panel.take-over", entity: "panel", entityId: row.id, detail });
    return row.epoch;
  });
}
