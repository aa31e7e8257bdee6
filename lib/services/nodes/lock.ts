import { eq } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { nodes } from "../../db/schema/index.ts";

/** Locks a cluster's nodes until the transaction ends: whoever places drives there, or keeps them away, does so one after another. */
export async function lockNodes(tx: Transaction, clusterId: string): Promise<void> {
  await tx
    .select({ id: nodes.id })
    .from(nodes)
    .where(eq(nodes.clusterId, clusterId))
    .orderBy(nodes.id)
    .for("no key update");
}
