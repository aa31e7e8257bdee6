import { eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import { inTransaction } from "../../db/client.ts";
import { nodes } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import type { NodeMode } from "../../domain/live.ts";
import { nodeObstacle } from "../../domain/node.ts";
import { announceChanged } from "../../live/changed.ts";
import type { ServiceContext } from "../context.ts";
import { lockNode } from "./lock.ts";

/**
 * Takes a node out of service, or puts it back. In maintenance it takes no new drives; what is there goes on. Throws
 * PanelError `not-found`, and `conflict` where it is so already, or leaving.
 */
export async function setNodeMode(ctx: ServiceContext, input: { nodeId: string; mode: NodeMode }): Promise<null> {
  const { nodeId, mode } = input;
  return inTransaction(async (tx) => {
    const row = await lockNode(tx, nodeId);
    const acted = { ...row, health: undefined, reason: null, tasks: [] };
    const obstacle = nodeObstacle(mode === "maintenance" ? "maintenance" : "in-service", acted);
    if (obstacle) throw new PanelError({ code: "conflict", message: obstacle });
    await tx.update(nodes).set({ mode }).where(eq(nodes.id, nodeId));
    const detail = { name: row.name };
    await writeAudit(tx, ctx, { action: `node.${mode}`, entity: "node", entityId: nodeId, detail });
    await announceChanged(tx, "node", nodeId);
    await announceChanged(tx, "history", nodeId);
    return null;
  });
}
