import { and, eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import { db, inTransaction } from "../../db/client.ts";
import { nodes } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import type { HostKeys } from "../../domain/node.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { readHostKey } from "../../ssh/host-key.ts";
import type { ServiceContext } from "../context.ts";
import { noSuchNode } from "./concerns.ts";
import type { NodeRow } from "../drives/world.ts";
import { proveMachine } from "./prove-machine.ts";

async function memberOf(nodeId: string): Promise<NodeRow> {
  const [row] = await db().select().from(nodes).where(eq(nodes.id, nodeId));
  if (!row) throw noSuchNode();
  if (row.membership === "member") return row;
  throw new PanelError({ code: "conflict", message: text(`node.obstacle.${row.membership}`, { node: row.name }) });
}

/** The host key that is pinned and the one the machine shows now; nothing is sent to it. Throws PanelError `unreachable`. */
export async function readNodeHostKey(_ctx: ServiceContext, { nodeId }: { nodeId: string }): Promise<HostKeys> {
  const { address, port, fingerprint } = await memberOf(nodeId);
  const seen = await readHostKey(address, port);
  return { pinned: fingerprint, shown: seen.fingerprint };
}

/**
 * Pins another host key: the very one an administrator has compared and sent back. The machine must show it now, let the
 * node's key in, and have the node's machine-id. Throws PanelError `host-key` where it shows another one, `conflict`
 * for another machine or where this key is pinned already, `stale` where somebody else has pinned one meanwhile.
 */
export async function acceptHostKey(
  ctx: ServiceContext,
  { nodeId, fingerprint }: { nodeId: string; fingerprint: string },
): Promise<null> {
  const row = await memberOf(nodeId);
  const { name, address, port } = row;
  if (row.fingerprint === fingerprint)
    throw new PanelError({ code: "conflict", message: text("node.obstacle.same-host-key", { node: name }) });
  await proveMachine(row, { address, port, fingerprint });
  return inTransaction(async (tx) => {
    // What was proven is still what is pinned, and where.
    const isSame = [eq(nodes.fingerprint, row.fingerprint), eq(nodes.address, address), eq(nodes.port, port)];
    const changed = await tx
      .update(nodes)
      .set({ fingerprint })
      .where(and(eq(nodes.id, nodeId), eq(nodes.membership, "member"), ...isSame))
      .returning({ id: nodes.id });
    if (changed.length === 0)
      throw new PanelError({ code: "stale", message: text("node.changed"), hint: text("node.changed-hint") });
    await writeAudit(tx, ctx, {
      action: "node.accept-host-key",
      entity: "node",
      entityId: nodeId,
      detail: { name, address, port, before: row.fingerprint, fingerprint },
    });
    await announceChanged(tx, "node", nodeId);
    await announceChanged(tx, "history", nodeId);
    return null;
  });
}
