import { eq } from "drizzle-orm";
import { db } from "../../db/client.ts";
import { nodes } from "../../db/schema/index.ts";
import type { NodeDetails } from "../../domain/dto.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { hubDetails } from "../../live/hub.ts";
import { readLast } from "../../live/members.ts";
import type { ServiceContext } from "../context.ts";

async function lastDetails(nodeId: string): Promise<NodeDetails["storages"]> {
  const { storages } = await readLast(nodeId);
  return Object.fromEntries([...storages].map(([storageId, { details }]) => [storageId, details]));
}

/** What the list of nodes leaves out, from the database and the hub, never from a node. Throws PanelError `not-found`. */
export async function nodeDetails(_ctx: ServiceContext, nodeId: string): Promise<NodeDetails> {
  const [row] = await db().select().from(nodes).where(eq(nodes.id, nodeId));
  if (!row) throw new PanelError({ code: "not-found", message: text("errors.no-node") });
  const { port, user, fingerprint, facts } = row;
  const storages = hubDetails(nodeId) ?? (await lastDetails(nodeId));
  return { port, user, fingerprint, facts, createdAt: row.createdAt.toISOString(), storages };
}
