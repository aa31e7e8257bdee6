import { eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import type { Transaction } from "../../db/client.ts";
import { brokenConstraint } from "../../db/constraint.ts";
import { clusters, draftNodes, drafts, nodeStorages, nodes, secrets, storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { log } from "../../log.ts";
import { announceChanged } from "../../live/changed.ts";
import { type PanelStepContext, registerPanelStep } from "../../plans/panel-steps.ts";
import { deleteSecret } from "../../secrets/store.ts";
import type { RecordedNode, RecordInput } from "../drafts/assemble.ts";

const auditOf = (context: PanelStepContext) => ({ actor: context.actor, address: null, requestId: context.requestId });

/** Names a unique index that was broken since the preview, in words. */
function takenError(error: unknown): unknown {
  const name = brokenConstraint(error);
  if (name === null) return error;
  return new PanelError({ code: "conflict", message: text("join.record.taken", { name }) }, { cause: error });
}

async function insertNode(tx: Transaction, clusterId: string, node: RecordedNode): Promise<void> {
  const { id, name, address, port, user, fingerprint, keySecret, machineId, facts } = node;
  await tx.insert(nodes).values({
    id,
    clusterId,
    name,
    address,
    port,
    user,
    fingerprint,
    keySecret,
    machineId,
    membership: "member",
    facts,
  });
  const pinned = Object.entries(node.identities).map(([storageId, identity]) => ({ nodeId: id, storageId, identity }));
  if (pinned.length > 0) await tx.insert(nodeStorages).values(pinned);
  // The key is the node's own from now on: it outlives the draft.
  await tx.update(secrets).set({ expiresAt: null }).where(eq(secrets.id, keySecret));
}

/** The draft has become a cluster, or nodes of one: what is left of it goes. */
async function endDraft(tx: Transaction, draftId: string): Promise<void> {
  await tx.delete(draftNodes).where(eq(draftNodes.draftId, draftId));
  await tx.delete(drafts).where(eq(drafts.id, draftId));
}

async function createCluster(tx: Transaction, input: RecordInput, context: PanelStepContext): Promise<void> {
  const { cluster } = input;
  if (!cluster) throw new Error("A cluster is recorded without its row");
  await tx.insert(clusters).values(cluster);
  for (const [index, storage] of input.storages.entries()) {
    const { id, name, kind, config, isMain } = storage;
    // A moment apart, so that their order is the wizard's.
    await tx
      .insert(storages)
      .values({ id, clusterId: cluster.id, name, kind, config, isMain, createdAt: new Date(Date.now() + index) });
  }
  await writeAudit(tx, auditOf(context), {
    action: "cluster.create",
    entity: "cluster",
    entityId: cluster.id,
    detail: {
      ...cluster,
      storages: input.storages.map(({ id, kind, name, config, isMain }) => ({ id, kind, name, config, isMain })),
      taskId: context.taskId,
    },
  });
}

async function addNodes(tx: Transaction, input: RecordInput, context: PanelStepContext): Promise<void> {
  for (const node of input.nodes) {
    await insertNode(tx, input.clusterId, node);
    const { name, address, port, user, fingerprint, machineId, identities } = node;
    await writeAudit(tx, auditOf(context), {
      action: "node.join",
      entity: "node",
      entityId: node.id,
      detail: {
        clusterId: input.clusterId,
        name,
        address,
        port,
        user,
        fingerprint,
        machineId,
        identities,
        taskId: context.taskId,
      },
    });
  }
}

async function record(tx: Transaction, raw: Record<string, unknown>, context: PanelStepContext): Promise<void> {
  const input = raw as unknown as RecordInput;
  try {
    if (input.cluster) await createCluster(tx, input, context);
    await addNodes(tx, input, context);
    await endDraft(tx, input.draftId);
    await announceChanged(tx, "cluster", input.clusterId);
    for (const node of input.nodes) await announceChanged(tx, "node", node.id);
    await announceChanged(tx, "draft", input.draftId);
  } catch (error) {
    throw takenError(error);
  }
}

async function forgetPasswords(tx: Transaction, input: Record<string, unknown>): Promise<void> {
  for (const id of input.secrets as string[]) await deleteSecret(id, tx);
  log.info("join passwords deleted", { count: (input.secrets as string[]).length });
}

/** Makes the panel steps of creation and join known to the engine; called once, at start. */
export function registerJoinSteps(): void {
  registerPanelStep("cluster.create", { do: record });
  registerPanelStep("nodes.join", { do: record });
  registerPanelStep("join.forget-passwords", { do: forgetPasswords });
}
