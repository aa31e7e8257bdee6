import { and, eq } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { nodeStorages, taskSteps } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import type { Identity } from "../../storage/contract.ts";
import { requireDriver } from "../../storage/registry.ts";
import type { RecordInput } from "../drafts/assemble.ts";

/** What a command printed as `FIELD=VALUE`; null where it did not. */
function valueIn(output: string, field: string): string | null {
  const line = output.split("\n").find((each) => each.startsWith(`${field}=`));
  return line?.slice(field.length + 1).trim() || null;
}

/** What all nodes share must be one and the same on each, those that have it already among them. Throws PanelError `conflict` where it is not. */
async function requireOneThing(tx: Transaction, input: RecordInput): Promise<void> {
  const shared = input.storages.filter(({ kind }) => requireDriver(kind).capabilities.shared);
  const seen = [...input.nodes, ...(input.joined ?? [])].map(({ identities }) => identities);
  for (const { id, kind, name } of shared) {
    const rows = await tx.select().from(nodeStorages).where(eq(nodeStorages.storageId, id));
    const identities = [...rows.map(({ identity }) => identity), ...seen.flatMap((of) => (of[id] ? [of[id]] : []))];
    const things = identities.map((identity) => JSON.stringify(requireDriver(kind).things(identity)));
    if (new Set(things).size > 1)
      throw new PanelError({ code: "conflict", message: text("join.record.differs", { storage: name }) });
  }
}

/** Fills in what of the identities only the task's own steps could tell. Throws PanelError `conflict` where one did not, or where they differ. */
export async function withLateIdentities(tx: Transaction, input: RecordInput, taskId: string): Promise<RecordInput> {
  const found = new Map<string, Identity>();
  // A plan of the release before has none.
  for (const { nodeId, storageId, stepId, fields } of input.late ?? []) {
    const [row] = await tx
      .select({ output: taskSteps.output })
      .from(taskSteps)
      .where(and(eq(taskSteps.taskId, taskId), eq(taskSteps.stepId, stepId)));
    for (const field of fields) {
      const value = valueIn(row?.output ?? "", field);
      if (value === null) throw new PanelError({ code: "conflict", message: text("join.record.late") });
      found.set(`${nodeId} ${storageId}`, { ...found.get(`${nodeId} ${storageId}`), [field]: value });
    }
  }
  const filled = (nodeId: string, identities: Record<string, Identity>) =>
    Object.fromEntries(
      Object.entries(identities).map(([id, identity]) => [id, { ...identity, ...found.get(`${nodeId} ${id}`) }]),
    );
  const whole: RecordInput = {
    ...input,
    nodes: input.nodes.map((node) => ({ ...node, identities: filled(node.id, node.identities) })),
    joined: (input.joined ?? []).map(({ nodeId, identities }) => ({ nodeId, identities: filled(nodeId, identities) })),
  };
  await requireOneThing(tx, whole);
  return whole;
}
