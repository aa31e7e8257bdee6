import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { db } from "../../db/client.ts";
import { audit, nodes, statusChanges, storages } from "../../db/schema/index.ts";
import { HISTORY_MOST, HISTORY_PAGE, type HistoryEntry, type NodeHistory } from "../../domain/dto.ts";
import { DEEDS, deedText } from "../../domain/node-deeds.ts";
import type { ServiceContext } from "../context.ts";
import { noSuchNode } from "./concerns.ts";

const filterSchema = z.object({ limit: z.coerce.number().int().min(1).max(HISTORY_MOST).default(HISTORY_PAGE) });

async function statusesOf(nodeId: string, limit: number): Promise<HistoryEntry[]> {
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
    .limit(limit);
  return rows.map((row) => ({ kind: "status", ...row, at: row.at.toISOString() }));
}

/** What was done to the node, from the audit log: written with the change itself. */
async function deedsOn(nodeId: string, limit: number): Promise<HistoryEntry[]> {
  const rows = await db()
    .select({ at: audit.at, who: audit.actorName, action: audit.action, detail: audit.detail })
    .from(audit)
    .where(and(eq(audit.entity, "node"), eq(audit.entityId, nodeId), inArray(audit.action, [...DEEDS])))
    .orderBy(desc(audit.id))
    .limit(limit);
  return rows.flatMap(({ at, who, action, detail }) => {
    const text = deedText(action, detail);
    return text ? [{ kind: "deed" as const, at: at.toISOString(), who, text }] : [];
  });
}

/**
 * Changes of a node's status and of its storages', and what was done to it, newest first. Throws `not-found`, and
 * ZodError for a limit that is none.
 */
export async function nodeHistory(
  _ctx: ServiceContext,
  nodeId: string,
  filter: Record<string, string> = {},
): Promise<NodeHistory> {
  const { limit } = filterSchema.parse(filter);
  const [node] = await db().select({ id: nodes.id }).from(nodes).where(eq(nodes.id, nodeId));
  if (!node) throw noSuchNode();
  const [statuses, deeds] = await Promise.all([statusesOf(nodeId, limit + 1), deedsOn(nodeId, limit + 1)]);
  // Each list is in order already; equal times keep that order.
  const entries = [...statuses, ...deeds].toSorted((a, b) => b.at.localeCompare(a.at));
  return { entries: entries.slice(0, limit), hasMore: entries.length > limit };
}
