import { eq } from "drizzle-orm";
import { db } from "../../db/client.ts";
import { nodes, secrets } from "../../db/schema/index.ts";
import type { NodeDetails } from "../../domain/dto.ts";
import { hubDetails, hubDisks } from "../../live/hub.ts";
import { readLast } from "../../live/members.ts";
import type { ServiceContext } from "../context.ts";
import { noSuchNode } from "./concerns.ts";

/** What was measured last, where no hub of this process follows the node. */
async function lastMeasured(nodeId: string): Promise<Pick<NodeDetails, "storages" | "disks">> {
  const { storages, disks } = await readLast(nodeId);
  const measuredAt = disks ? new Date(disks.at.wall).toISOString() : null;
  return {
    storages: Object.fromEntries([...storages].map(([storageId, { details }]) => [storageId, details])),
    disks: { report: disks?.value ?? null, measuredAt, problem: null },
  };
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
  const [storages, disks] = [hubDetails(nodeId), hubDisks(nodeId)];
  return {
    ...{ port, user, fingerprint, facts },
    createdAt: createdAt.toISOString(),
    keyMadeAt: found.keyMadeAt?.toISOString() ?? null,
    ...(storages && disks ? { storages, disks } : await lastMeasured(nodeId)),
  };
}
