import { eq } from "drizzle-orm";
import { db } from "../../db/client.ts";
import { nodes, secrets } from "../../db/schema/index.ts";
import type { NodeDetails } from "../../domain/dto.ts";
import { hubDetails } from "../../live/hub.ts";
import { readLast } from "../../live/members.ts";
import type { ServiceContext } from "../context.ts";
import { noSuchNode } from "./concerns.ts";

async function lastDetails(nodeId: string): Promise<NodeDetails["storages"]> {
  const { storages } = await readLast(nodeId);
  return Object.fromEntries([...storages].map(([storageId, { details }]) => [storageId, details]));
}

/** What the list of nodes leaves out, from the database and the hub, never from a node. Throws PanelError `not-found`. */
export async function nodeDetails(_ctx: ServiceContext, nodeId: string): Promise<NodeDetails> {
  const [found] = await db()
    .select({ row: nodes, keyMadeAt: secrets.createdAt })
    .from(nodes)
    .leftJoin(secrets, eq(secrets.id, nodes.keySecret))
    .where(eq(nodes.id, nodeId));
  if (!found) throw noSuchNode();
  const { port, user, fingerprint, facts, createdAt } = found.row;
  return {
    ...{ port, user, fingerprint, facts },
    createdAt: createdAt.toISOString(),
    keyMadeAt: found.keyMadeAt?.toISOString() ?? null,
    storages: hubDetails(nodeId) ?? (await lastDetails(nodeId)),
  };
}
