import { and, eq, inArray } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import type { Transaction } from "../../db/client.ts";
import { drives, nodes } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { auditOf, type PanelStepContext, registerPanelStep } from "../../plans/panel-steps.ts";
import { deleteSecret } from "../../secrets/store.ts";
import { openTasksOn } from "./concerns.ts";
import { lockNode } from "./lock.ts";
import type { RemovalInput } from "./removal-plan.ts";

async function announce(tx: Transaction, { nodeId, clusterId }: RemovalInput): Promise<void> {
  await announceChanged(tx, "node", nodeId);
  await announceChanged(tx, "cluster", clusterId);
  await announceChanged(tx, "drive", "*");
}

/** From here on nobody places drives on it, and nobody follows it. Refused where something came meanwhile. */
async function leave(tx: Transaction, input: RemovalInput, { taskId }: PanelStepContext): Promise<void> {
  const { nodeId, name } = input;
  await lockNode(tx, nodeId);
  const there = await tx.select({ id: drives.id }).from(drives).where(eq(drives.nodeId, nodeId));
  const known = new Set(input.drives.map((drive) => drive.id));
  const others = (await openTasksOn(nodeId, tx)).filter((task) => task.id !== taskId);
  if (others.length > 0 || there.some(({ id }) => !known.has(id)))
    throw new PanelError({
      code: "conflict",
      message: text("node.remove.meanwhile", { node: name }),
      hint: text("node.remove.meanwhile-hint"),
    });
  await tx.update(nodes).set({ membership: "leaving" }).where(eq(nodes.id, nodeId));
  await announce(tx, input);
}

async function stay(tx: Transaction, input: RemovalInput): Promise<void> {
  await tx.update(nodes).set({ membership: input.membership }).where(eq(nodes.id, input.nodeId));
  await announce(tx, input);
}

/** The node's rows go, with those of its drives and its key; what they were stands in the audit log. */
async function remove(tx: Transaction, input: RemovalInput, context: PanelStepContext): Promise<void> {
  const { nodeId, keySecret, drives: gone } = input;
  const ids = gone.map((drive) => drive.id);
  if (ids.length > 0) await tx.delete(drives).where(and(eq(drives.nodeId, nodeId), inArray(drives.id, ids)));
  for (const { id, label, storage } of gone)
    await writeAudit(tx, auditOf(context), {
      action: "drive.forget",
      entity: "drive",
      entityId: id,
      detail: { label, storage, node: input.name, taskId: context.taskId },
    });
  await tx.delete(nodes).where(eq(nodes.id, nodeId));
  await deleteSecret(keySecret, tx);
  const { clusterId, name, address, machineId, isForced, left, off } = input;
  await writeAudit(tx, auditOf(context), {
    action: "node.remove",
    entity: "node",
    entityId: nodeId,
    detail: { clusterId, name, address, machineId, isForced, drives: gone, left, off, taskId: context.taskId },
  });
  await announce(tx, input);
}

const inputOf = (input: Record<string, unknown>) => input as unknown as RemovalInput;

/** Makes the panel steps of a removal known to the engine; called once, at start. */
export function registerNodeRemoval(): void {
  registerPanelStep("node.leave", {
    do: (tx, input, context) => leave(tx, inputOf(input), context),
    undo: (tx, input) => stay(tx, inputOf(input)),
  });
  registerPanelStep("node.remove", { do: (tx, input, context) => remove(tx, inputOf(input), context) });
}
