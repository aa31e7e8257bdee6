import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { writeAudit } from "../../audit/write.ts";
import { db, type Executor, inTransaction, type Transaction } from "../../db/client.ts";
import { brokenConstraint } from "../../db/constraint.ts";
import { nodes } from "../../db/schema/index.ts";
import { type ErrorCode, PanelError } from "../../domain/errors.ts";
import { nodeAddress, nodeName, sshPort } from "../../domain/names.ts";
import { nodeObstacle } from "../../domain/node.ts";
import { type Text, text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import type { ServiceContext } from "../context.ts";
import type { NodeRow } from "../drives/world.ts";
import { noSuchNode, openTasksOn } from "./concerns.ts";
import { lockNode } from "./lock.ts";
import { proveMachine } from "./prove-machine.ts";

export const editSchema = z.strictObject({
  nodeId: z.string().min(1).max(80),
  name: nodeName,
  address: nodeAddress,
  port: sshPort,
});
type Edit = z.output<typeof editSchema>;

function refuse(code: ErrorCode, field: "name" | "address", message: Text, hint?: Text): PanelError {
  return new PanelError({ code, message, fields: { [field]: message }, ...(hint ? { hint } : {}) });
}

const isMoved = (row: NodeRow, { address, port }: Edit) => row.address !== address || row.port !== port;

/** Names and addresses are one node's each, over all clusters of the panel. */
async function requireFree(tx: Executor, { nodeId, name, address, port }: Edit): Promise<void> {
  const [named] = await tx
    .select({ id: nodes.id })
    .from(nodes)
    .where(and(ne(nodes.id, nodeId), sql`lower(${nodes.name}) = ${name.toLowerCase()}`));
  if (named) throw refuse("already-exists", "name", text("node.rule.name-taken", { name }));
  const same = and(sql`lower(${nodes.address}) = ${address.toLowerCase()}`, eq(nodes.port, port));
  const [there] = await tx
    .select({ name: nodes.name })
    .from(nodes)
    .where(and(ne(nodes.id, nodeId), same));
  if (there) throw refuse("already-exists", "address", text("node.rule.address-taken", { name: there.name }));
}

/** Whether the node may be changed so, as far as the database knows. */
async function requireOpen(tx: Executor, row: NodeRow, input: Edit): Promise<void> {
  const obstacle = nodeObstacle("edit", { ...row, health: undefined, reason: null, tasks: [] });
  if (obstacle) throw new PanelError({ code: "conflict", message: obstacle });
  await requireFree(tx, input);
  // A task goes where its plan says.
  if (isMoved(row, input) && (await openTasksOn(row.id, tx)).length > 0)
    throw refuse("busy", "address", text("node.rule.move-task", { node: row.name }));
}

/** The machine at the new place must be this very node; what is wrong with it stands beside the address. */
async function requireSameMachine(row: NodeRow, { address, port }: Edit): Promise<void> {
  try {
    await proveMachine(row, { address, port, fingerprint: row.fingerprint });
  } catch (error) {
    if (!(error instanceof PanelError)) throw error;
    const { code, message, hint } = error.view;
    throw refuse(code, "address", message, hint);
  }
}

const sameRow = (a: NodeRow, b: NodeRow) =>
  (["name", "address", "port", "fingerprint", "keySecret", "membership"] as const).every((key) => a[key] === b[key]);

async function write(tx: Transaction, ctx: ServiceContext, row: NodeRow, input: Edit): Promise<void> {
  const { nodeId, name, address, port } = input;
  await tx.update(nodes).set({ name, address, port }).where(eq(nodes.id, nodeId));
  const before = { name: row.name, address: row.address, port: row.port };
  await writeAudit(tx, ctx, {
    action: "node.edit",
    entity: "node",
    entityId: nodeId,
    detail: { name, address, port, before },
  });
  await announceChanged(tx, "node", nodeId);
  await announceChanged(tx, "history", nodeId);
}

/**
 * Changes a node's name, or where it is reached. Another address or port is taken only once the machine there has shown
 * the pinned host key and the same machine-id. Throws PanelError with the sentence at its field; `stale` where the node
 * was changed meanwhile, `not-found`.
 */
export async function editNode(ctx: ServiceContext, input: Edit): Promise<null> {
  const [seen] = await db().select().from(nodes).where(eq(nodes.id, input.nodeId));
  if (!seen) throw noSuchNode();
  await requireOpen(db(), seen, input);
  if (isMoved(seen, input)) await requireSameMachine(seen, input);
  try {
    await inTransaction(async (tx) => {
      const row = await lockNode(tx, input.nodeId);
      if (!sameRow(row, seen))
        throw new PanelError({ code: "stale", message: text("node.changed"), hint: text("node.changed-hint") });
      await requireOpen(tx, row, input);
      if (isMoved(row, input) || row.name !== input.name) await write(tx, ctx, row, input);
    });
  } catch (error) {
    // Of two that take one name at once the later one learns it from the index: said like any other that is taken.
    if (brokenConstraint(error) !== null) await requireFree(db(), input);
    throw error;
  }
  return null;
}
