import { eq } from "drizzle-orm";
import { db } from "../../db/client.ts";
import { nodes, storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { recheckNode } from "../../live/hub.ts";
import type { ServiceContext } from "../context.ts";

/** Has a node's storage (or all of them) checked now. Answers at once; the outcome comes with the live stream. Throws `not-found`. */
export async function recheck(_ctx: ServiceContext, input: { nodeId: string; storageId?: string }): Promise<null> {
  if (!recheckNode(input.nodeId, input.storageId ?? null)) {
    throw new PanelError({ code: "not-found", message: text("live.recheck.not-followed") });
  }
  return null;
}

/** Has a storage checked now on every node of its cluster (P14); answers with how many were asked. Throws `not-found`. */
export async function recheckStorage(_ctx: ServiceContext, storageId: string): Promise<{ asked: number }> {
  const members = await db()
    .select({ id: nodes.id })
    .from(nodes)
    .innerJoin(storages, eq(storages.clusterId, nodes.clusterId))
    .where(eq(storages.id, storageId));
  const asked = members.filter(({ id }) => recheckNode(id, storageId)).length;
  if (asked === 0) throw new PanelError({ code: "not-found", message: text("life.notFollowed") });
  return { asked };
}
