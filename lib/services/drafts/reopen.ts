import { and, eq } from "drizzle-orm";
import { inTransaction, type Transaction } from "../../db/client.ts";
import { drafts } from "../../db/schema/index.ts";
import type { DraftData } from "../../domain/dto.ts";
import { newId } from "../../domain/ids.ts";
import type { Plan } from "../../domain/plan.ts";
import type { ServiceContext } from "../context.ts";
import type { RecordInput } from "./assemble.ts";
import { insertDraft, saveDraft, startJoinDraft, startStorageDraft } from "./edit.ts";
import { startReadingKey } from "./look.ts";
import { insertMachine } from "./machines.ts";
import { withoutSecrets } from "./storage-secrets.ts";
import { type DraftNodeRow, loadDraft } from "./stored.ts";

type DraftStorage = DraftData["storages"][number];

/** What was typed but for its secrets: those belong to the draft of then, and are typed again. */
const storageForm = ({ key, kind, name, config }: RecordInput["storages"][number]): DraftStorage =>
  withoutSecrets({ ...{ key, kind, name }, config: config as DraftStorage["config"] });

/** What was typed, from the plan that was made of it. */
function formOf(record: RecordInput): DraftData {
  const { cluster, storages } = record;
  if (!cluster) throw new Error("A cluster's plan has no cluster");
  const { name, virtualization, imageDir, shareDir } = cluster;
  return {
    ...{ name, virtualization, imageDir, shareDir },
    storages: storages.map(storageForm),
    mainKey: storages.find((storage) => storage.isMain)?.key ?? null,
    step: "nodes",
  };
}

/** Whether the draft that the plan was made in is still there, and this person's. */
async function isOwn(tx: Transaction, ctx: ServiceContext, draftId: string): Promise<boolean> {
  const own = await tx
    .select({ id: drafts.id })
    .from(drafts)
    .where(and(eq(drafts.id, draftId), eq(drafts.ownerId, ctx.actor.id)));
  return own.length > 0;
}

/** The plan's machines in a new draft: their addresses, with keys of their own, and no password. */
async function insertMachines(tx: Transaction, draftId: string, plan: Plan): Promise<DraftNodeRow[]> {
  const rows: DraftNodeRow[] = [];
  for (const { address, port, user } of plan.targets)
    rows.push(await insertMachine(tx, rows.length, { draftId, address, port, user, credential: "password" }));
  return rows;
}

/**
 * The draft of a wizard whose task came to nothing, with what was typed: the very one where it is still there and this
 * person's, else a new one. Credentials are gone either way, and are typed again. `clusterId`: of a join.
 */
export async function reopenDraft(
  ctx: ServiceContext,
  record: RecordInput,
  plan: Plan,
): Promise<{ draftId: string; clusterId: string | null }> {
  const clusterId = record.cluster ? null : record.clusterId;
  if (await inTransaction((tx) => isOwn(tx, ctx, record.draftId))) return { draftId: record.draftId, clusterId };
  // A join's form is its cluster's own; an open one of this person is gone on with.
  const join = clusterId ? await startJoinDraft(ctx, clusterId) : null;
  const { draftId, rows } = await inTransaction(async (tx) => {
    const storageIds = Object.fromEntries(record.storages.map(({ key }) => [key, newId("storage")]));
    const id =
      join?.draftId ??
      (await insertDraft(tx, ctx, "cluster", { form: formOf(record), clusterId: newId("cluster"), storageIds }));
    return { draftId: id, rows: join && !join.isNew ? [] : await insertMachines(tx, id, plan) };
  });
  for (const row of rows) startReadingKey(row);
  return { draftId, clusterId };
}

/** The draft of storages whose task came to nothing, with what was typed; of another one that is open, what stands there. */
export async function reopenStorageDraft(
  ctx: ServiceContext,
  { clusterId, storages }: RecordInput,
): Promise<{ draftId: string; clusterId: string }> {
  const { draftId, isNew } = await startStorageDraft(ctx, clusterId);
  if (isNew) {
    const { row, stored } = await loadDraft(ctx.actor.id, draftId);
    const typed = storages.map(storageForm);
    await saveDraft(ctx, {
      ...{ draftId, version: row.version },
      data: { ...stored.form, storages: [...stored.form.storages, ...typed] },
    });
  }
  return { draftId, clusterId };
}
