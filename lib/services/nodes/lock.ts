import { eq } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { nodes } from "../../db/schema/index.ts";
import type { NodeRow } from "../drives/world.ts";
import { noSuchNode } from "./concerns.ts";

/** Locks a cluster's nodes until the transaction ends: whoever places drives there, or keeps them away, does so one after another. */
export async function lockNodes(tx: Transaction, clusterId: string): Promise<void> {
  await tx
    .select({ id: nodes.id })
    .from(nodes)
    .where(eq(nodes.clusterId, clusterId))
    .orderBy(nodes.id)
    .for("no key update");
}

/** One node, locked as `lockNodes` does: nobody places drives there or changes it meanwhile. Throws `not-found`. */
export async function lockNode(tx: Transaction, nodeId: string): Promise<NodeRow> {
  const [row] = await tx.select().from(nodes).where(eq(nodes.id, nodeId)).for("no key update");
  if (!row) throw noSuchNode();
  return row;
}
