import { asc, eq, isNull, sql } from "drizzle-orm";
import { db, type Executor } from "../../db/client.ts";
import { nodes, tasks } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import type { NodeConcerns, NodeDrive, NodeTask } from "../../domain/node.ts";
import { text } from "../../domain/text.ts";
import type { ServiceContext } from "../context.ts";
import { driveView } from "../drives/list.ts";
import { measured, World } from "../drives/world.ts";

export const noSuchNode = () => new PanelError({ code: "not-found", message: text("errors.no-node") });

/** Tasks that have not ended, oldest first, by each node that is among their targets. */
export async function openTasksByNode(tx: Executor = db()): Promise<ReadonlyMap<string, NodeTask[]>> {
  const nodeIds = sql<string[]>`jsonb_path_query_array(${tasks.plan}, '$.targets[*].nodeId')`;
  const open = await tx
    .select({ id: tasks.id, title: tasks.title, nodeIds })
    .from(tasks)
    .where(isNull(tasks.endedAt))
    .orderBy(asc(tasks.createdAt));
  const byNode = new Map<string, NodeTask[]>();
  for (const { id, title, nodeIds: on } of open)
    for (const nodeId of new Set(on)) byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), { id, title }]);
  return byNode;
}

/** Tasks that have not ended and have the node among their targets, oldest first. */
export const openTasksOn = async (nodeId: string, tx: Executor = db()): Promise<NodeTask[]> =>
  (await openTasksByNode(tx)).get(nodeId) ?? [];

/** The panel's drives on a node, as they were measured last. */
export function drivesOn(world: World, nodeId: string): NodeDrive[] {
  return world.drivesOf(nodeId).map((row) => {
    const { id, label, state, measured: volume } = driveView(world, row);
    const storage = world.storage(row.storageId)?.name ?? row.storageId;
    return { id, label, storage, state, isActive: volume?.isActive ?? null, isOpen: volume?.isOpen ?? null };
  });
}

/** What stands on a node and what is at work on it: from the database and the hub, never from the node. Throws `not-found`. */
export async function nodeConcerns(_ctx: ServiceContext, nodeId: string): Promise<NodeConcerns> {
  const [row] = await db().select({ id: nodes.id }).from(nodes).where(eq(nodes.id, nodeId));
  if (!row) throw noSuchNode();
  const world = await World.read(await measured());
  return { drives: drivesOn(world, nodeId), tasks: await openTasksOn(nodeId) };
}
