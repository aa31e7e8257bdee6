import { and, asc, eq, inArray } from "drizzle-orm";
import type { Executor, Transaction } from "../../db/client.ts";
import { draftNodes, nodes } from "../../db/schema/index.ts";
import type { DraftNodeRow } from "./stored.ts";

type NodeRow = typeof nodes.$inferSelect;

async function membersOf(tx: Executor, clusterId: string): Promise<NodeRow[]> {
  return tx.select().from(nodes).where(eq(nodes.clusterId, clusterId)).orderBy(asc(nodes.createdAt), asc(nodes.id));
}

/** How a member is reached, as a machine of a draft: by the panel's own key for it, with its pinned host key. */
const placeOf = ({ address, port, user, fingerprint, keySecret }: NodeRow) => ({
  ...{ address, port, user, keySecret, credential: "member" as const },
  ...{ fingerprint, seenFingerprint: fingerprint },
});

/** Brings a draft's machines in line with the nodes that its cluster has now; a node that is new there has not been looked at. */
export async function syncMembers(tx: Transaction, draftId: string, clusterId: string): Promise<void> {
  const members = await membersOf(tx, clusterId);
  const rows = await tx.select({ key: draftNodes.key }).from(draftNodes).where(eq(draftNodes.draftId, draftId));
  const gone = rows.map((row) => row.key).filter((key) => !members.some(({ id }) => id === key));
  if (gone.length > 0)
    await tx.delete(draftNodes).where(and(eq(draftNodes.draftId, draftId), inArray(draftNodes.key, gone)));
  for (const [position, node] of members.entries()) {
    const row = { ...placeOf(node), position };
    await tx
      .insert(draftNodes)
      .values({ ...row, draftId, key: node.id, publicKey: "", state: "ready" })
      .onConflictDoUpdate({ target: [draftNodes.draftId, draftNodes.key], set: row });
  }
}

/** Whether a draft's machines are exactly the nodes that the cluster has now. */
export async function areMembers(tx: Executor, clusterId: string, rows: readonly DraftNodeRow[]): Promise<boolean> {
  const members = await membersOf(tx, clusterId);
  return members.length === rows.length && members.every(({ id }) => rows.some(({ key }) => key === id));
}
