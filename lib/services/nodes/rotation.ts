import { eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import type { Transaction } from "../../db/client.ts";
import { nodes, secrets } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { auditOf, type PanelStepContext, registerPanelStep } from "../../plans/panel-steps.ts";
import { deleteSecret, openSecret } from "../../secrets/store.ts";
import { openTasksOn } from "./concerns.ts";
import { lockNode } from "./lock.ts";
import type { RotationInput } from "./rotation-plan.ts";

/** From here on the key outlives the form it was made for. One whose time is over is gone: nothing runs then. */
async function keep(tx: Transaction, { newSecret }: RotationInput): Promise<void> {
  await openSecret(newSecret, tx);
  await tx.update(secrets).set({ expiresAt: null }).where(eq(secrets.id, newSecret));
}

/** The new key is the node's; the old one is nobody's any more. Refused where a task was planned with the old one. */
async function switchKey(tx: Transaction, input: RotationInput, context: PanelStepContext): Promise<void> {
  const { nodeId, name, oldSecret, newSecret } = input;
  const row = await lockNode(tx, nodeId);
  const others = (await openTasksOn(nodeId, tx)).filter((task) => task.id !== context.taskId);
  if (others.length > 0 || row.keySecret !== oldSecret || row.membership !== "member")
    throw new PanelError({
      code: "conflict",
      message: text("node.rotate.meanwhile", { node: name }),
      hint: text("node.rotate.meanwhile-hint"),
    });
  await tx.update(nodes).set({ keySecret: newSecret }).where(eq(nodes.id, nodeId));
  await deleteSecret(oldSecret, tx);
  const detail = { name, taskId: context.taskId };
  await writeAudit(tx, auditOf(context), { action: "node.rotate-key", entity: "node", entityId: nodeId, detail });
  await announceChanged(tx, "node", nodeId);
  await announceChanged(tx, "history", nodeId);
}

const inputOf = (input: Record<string, unknown>) => input as unknown as RotationInput;

/** Makes the panel steps of a change of keys known to the engine; called once, at start. */
export function registerRotationSteps(): void {
  registerPanelStep("node.keep-key", {
    do: (tx, input) => keep(tx, inputOf(input)),
    undo: (tx, input) => deleteSecret(inputOf(input).newSecret, tx),
  });
  registerPanelStep("node.switch-key", { do: (tx, input, context) => switchKey(tx, inputOf(input), context) });
}
