import { desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { db } from "../../db/client.ts";
import { nodes, statusChanges, storages } from "../../db/schema/index.ts";
import { HISTORY_MOST, HISTORY_PAGE, type NodeHistory } from "../../domain/dto.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import type { ServiceContext } from "../context.ts";

const filterSchema = z.object({ limit: z.coerce.number().int().min(1).max(HISTORY_MOST).default(HISTORY_PAGE) });

/** Changes of a node's status and of its storages', newest first. Throws `not-found`, and ZodError for a limit that is none. */
export async function nodeHistory(
  _ctx: ServiceContext,
  nodeId: string,
  filter: Record<string, string> = {},
): Promise<NodeHistory> {
  const { limit } = filterSchema.parse(filter);
  const [node] = await db().select({ id: nodes.id }).from(nodes).where(eq(nodes.id, nodeId));
  if (!node) throw new PanelError({ code: "not-found", message: text("errors.no-node") });
  const rows = await db()
    .select({
      at: statusChanges.at,
      storageId: statusChanges.storageId,
      // The name as it is now: a storage that has left since has only its id.
      storage: storages.name,
      from: statusChanges.from,
      to: statusChanges.to,
      cause: statusChanges.cause,
      reason: statusChanges.reason,
    })
    .from(statusChanges)
    .leftJoin(storages, eq(storages.id, statusChanges.storageId))
    .where(eq(statusChanges.nodeId, nodeId))
    .orderBy(desc(statusChanges.at), sql`${statusChanges.storageId} nulls first`)
    .limit(limit + 1);
  const changes = rows.slice(0, limit).map((row) => ({ ...row, at: row.at.toISOString() }));
  return { changes, hasMore: rows.length > limit };
}
