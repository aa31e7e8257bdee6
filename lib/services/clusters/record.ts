import { eq } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import type { Transaction } from "../../db/client.ts";
import { brokenConstraint } from "../../db/constraint.ts";
import { clusters, draftNodes, drafts, nodeStorages, nodes, secrets, storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { log } from "../../log.ts";
import { announceChanged } from "../../live/changed.ts";
import { auditOf, type PanelStepContext, registerPanelStep } from "../../plans/panel-steps.ts";
import { deleteSecret } from "../../secrets/store.ts";
import type { PlannedStorage, RecordedNode, RecordInput } from "../drafts/assemble.ts";
import { withLateIdentities } from "./late-identity.ts";
import { lockCluster } from "../storages/lock.ts";

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

/** `index`: a moment apart, so that their order is the form's. */
async function insertStorage(
  tx: Transaction,
  clusterId: string,
  storage: PlannedStorage,
  index: number,
): Promise<void> {
  const { id, name, kind, config, isMain } = storage;
  const createdAt = new Date(Date.now() + index);
  await tx.insert(storages).values({ id, clusterId, name, kind, config, isMain, createdAt });
}

/** Storages that join on every node the cluster has; one that came or went meanwhile fails the task, which is undone. */
async function addStorages(tx: Transaction, input: RecordInput, context: PanelStepContext): Promise<void> {
  const { clusterId, joined } = input;
  const cluster = await lockCluster(tx, clusterId);
  const members = await tx.select({ id: nodes.id }).from(nodes).where(eq(nodes.clusterId, clusterId));
  const isSame = members.length === joined.length && members.every(({ id }) => joined.some((one) => one.nodeId === id));
  if (!cluster || !isSame) {
    const message = text("life.obstacle.members", { cluster: cluster?.name ?? "" });
    throw new PanelError({ code: "conflict", message });
  }
  for (const [index, storage] of input.storages.entries()) {
    await insertStorage(tx, clusterId, { ...storage, isMain: false }, index);
    const { id, kind, name, config } = storage;
    const pinned = joined.flatMap(({ nodeId, identities }) => {
      const identity = identities[id];
      return identity ? [{ nodeId, storageId: id, identity }] : [];
    });
    if (pinned.length > 0) await tx.insert(nodeStorages).values(pinned);
    const detail = { clusterId, kind, name, config, nodes: pinned.length, taskId: context.taskId };
    await writeAudit(tx, auditOf(context), { action: "storage.add", entity: "storage", entityId: id, detail });
  }
}

/** Nodes join with every storage that the cluster has by now. */
async function requireEveryStorage(tx: Transaction, { clusterId, nodes: added }: RecordInput): Promise<void> {
  const cluster = await lockCluster(tx, clusterId);
  const rows = await tx.select({ id: storages.id }).from(storages).where(eq(storages.clusterId, clusterId));
  const isSame = added.every(({ identities }) => {
    const ids = Object.keys(identities);
    return ids.length === rows.length && rows.every(({ id }) => ids.includes(id));
  });
  if (!isSame) {
    const message = text("join.record.storages", { cluster: cluster?.name ?? "" });
    throw new PanelError({ code: "conflict", message });
  }
}

async function createCluster(tx: Transaction, input: RecordInput, context: PanelStepContext): Promise<void> {
  const { cluster } = input;
  if (!cluster) throw new Error("A cluster is recorded without its row");
  await tx.insert(clusters).values(cluster);
  for (const [index, storage] of input.storages.entries()) {
    await insertStorage(tx, cluster.id, storage, index);
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

type Recording = (tx: Transaction, input: RecordInput, context: PanelStepContext) => Promise<void>;

/** The last step of a draft's task: writes what has become of it, and ends the draft. */
const recording =
  (work: Recording) =>
  async (tx: Transaction, raw: Record<string, unknown>, context: PanelStepContext): Promise<void> => {
    const input = await withLateIdentities(tx, raw as unknown as RecordInput, context.taskId);
    try {
      await work(tx, input, context);
      await endDraft(tx, input.draftId);
      await announceChanged(tx, "cluster", input.clusterId);
      for (const node of input.nodes) await announceChanged(tx, "node", node.id);
      await announceChanged(tx, "draft", input.draftId);
    } catch (error) {
      throw takenError(error);
    }
  };

async function forgetPasswords(tx: Transaction, input: Record<string, unknown>): Promise<void> {
  for (const id of input.secrets as string[]) await deleteSecret(id, tx);
  log.info("join passwords deleted", { count: (input.secrets as string[]).length });
}

/** Makes the panel steps of creation and join known to the engine; called once, at start. */
export function registerJoinSteps(): void {
  registerPanelStep("cluster.create", {
    do: recording(async (tx, input, context) => {
      await createCluster(tx, input, context);
      await addNodes(tx, input, context);
    }),
  });
  registerPanelStep("nodes.join", {
    do: recording(async (tx, input, context) => {
      await requireEveryStorage(tx, input);
      await addNodes(tx, input, context);
    }),
  });
  registerPanelStep("storage.add", { do: recording(addStorages) });
  registerPanelStep("join.forget-passwords", { do: forgetPasswords });
}
