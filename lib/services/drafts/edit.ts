import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { inTransaction, type Transaction } from "../../db/client.ts";
import { clusters, draftNodes, drafts, secrets } from "../../db/schema/index.ts";
import type { DraftData, DraftView } from "../../domain/dto.ts";
import { PanelError } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import { text } from "../../domain/text.ts";
import type { ServiceContext } from "../context.ts";
import { startLooks } from "./look.ts";
import { syncMembers } from "./members.ts";
import type { DraftKind } from "./of-cluster.ts";
import { credentialExpiry } from "./expiry.ts";
import { deleteSecretsOf, sealSecrets } from "./storage-secrets.ts";
import { isToLookAgain } from "./to-look-again.ts";
import { announceDraft, EMPTY_FORM, type LoadedDraft, lockDraft, loadDraft, type StoredData } from "./stored.ts";
import { judgeDraft, viewOf } from "./view.ts";

/** A wizard nobody has come back to for this long is thrown away. */
const DRAFT_DAYS = 30;
const draftExpiry = () => new Date(Date.now() + DRAFT_DAYS * 86_400_000);

/** A secret that no node signs in with. */
export const isNoNodesKey = sql`not exists (select 1 from nodes where nodes.key_secret = ${secrets.id})`;

export async function insertDraft(
  tx: Transaction,
  ctx: ServiceContext,
  kind: DraftKind,
  data: StoredData,
): Promise<string> {
  const id = newId("draft");
  const clusterId = kind === "cluster" ? null : data.clusterId;
  await tx
    .insert(drafts)
    .values({ id, ownerId: ctx.actor.id, kind, clusterId, data: { ...data }, expiresAt: draftExpiry() });
  return id;
}

/** The owner's open cluster draft, or a new one. */
export async function startClusterDraft(ctx: ServiceContext): Promise<{ draftId: string }> {
  return inTransaction(async (tx) => {
    const [open] = await tx
      .select({ id: drafts.id })
      .from(drafts)
      .where(and(eq(drafts.ownerId, ctx.actor.id), eq(drafts.kind, "cluster")))
      .orderBy(desc(drafts.updatedAt))
      .limit(1);
    if (open) return { draftId: open.id };
    return {
      draftId: await insertDraft(tx, ctx, "cluster", { form: EMPTY_FORM, clusterId: newId("cluster"), storageIds: {} }),
    };
  });
}

/** The owner's open draft of this kind for a cluster, or a new one; what the cluster is and has is read with it each time. Throws `not-found`. */
async function openFor(
  tx: Transaction,
  ctx: ServiceContext,
  kind: "join" | "storage",
  clusterId: string,
): Promise<{ draftId: string; isNew: boolean }> {
  const [cluster] = await tx.select({ id: clusters.id }).from(clusters).where(eq(clusters.id, clusterId));
  if (!cluster) throw new PanelError({ code: "not-found", message: text("join.draft.no-cluster") });
  const [open] = await tx
    .select({ id: drafts.id })
    .from(drafts)
    .where(and(eq(drafts.ownerId, ctx.actor.id), eq(drafts.kind, kind), eq(drafts.clusterId, clusterId)))
    .limit(1);
  if (open) return { draftId: open.id, isNew: false };
  const form: DraftData = { ...EMPTY_FORM, step: kind === "join" ? "nodes" : "storages" };
  return { draftId: await insertDraft(tx, ctx, kind, { form, clusterId, storageIds: {} }), isNew: true };
}

/** The owner's open draft of nodes for a cluster, or a new one. Throws `not-found`. */
export async function startJoinDraft(
  ctx: ServiceContext,
  clusterId: string,
): Promise<{ draftId: string; isNew: boolean }> {
  return inTransaction((tx) => openFor(tx, ctx, "join", clusterId));
}

/**
 * The owner's open draft of storages for a cluster, or a new one (P14): its machines are the cluster's nodes, reached by
 * the panel's own keys, and looked at at once. Throws `not-found`.
 */
export async function startStorageDraft(
  ctx: ServiceContext,
  clusterId: string,
): Promise<{ draftId: string; isNew: boolean }> {
  const opened = await inTransaction(async (tx) => {
    const draft = await openFor(tx, ctx, "storage", clusterId);
    await syncMembers(tx, draft.draftId, clusterId);
    return draft;
  });
  const draft = await loadDraft(ctx.actor.id, opened.draftId);
  const { taskId } = await judgeDraft(draft);
  if (!taskId)
    await startLooks(
      draft,
      draft.nodes.filter((node) => node.state !== "looking").map((node) => node.key),
    );
  return opened;
}

/** Refuses changes while a task of this draft runs: its machines are being written to. */
export async function requireIdle(draft: LoadedDraft, tx: Transaction): Promise<void> {
  const { taskId } = await judgeDraft(draft, tx);
  if (taskId) throw new PanelError({ code: "busy", message: text("join.blocker.running") });
}

/** Ids for the storages that are new; those that are gone are forgotten. */
function storageIdsOf(form: DraftData, before: Record<string, string>): Record<string, string> {
  return Object.fromEntries(form.storages.map(({ key }) => [key, before[key] ?? newId("storage")]));
}

/** What of a form is the draft's own: a cluster that exists is what it is, and so are the storages that it has. */
function formOf({ row, stored, fixed }: LoadedDraft, typed: DraftData): DraftData {
  if (row.kind === "cluster") return typed;
  const own = stored.form.storages.filter(({ key }) => fixed.includes(key));
  const added = row.kind === "join" ? [] : typed.storages.filter(({ key }) => !stored.known?.includes(key));
  return { ...stored.form, storages: [...own, ...added], step: typed.step };
}

/**
 * Keeps what was typed, valid or not. Throws PanelError `stale` when the draft was written by another tab since.
 * Machines whose storages were changed are looked at again once the wizard stands at its nodes or its review; among its
 * storages only for one that was never looked for, so that typing does not knock at the machine with every letter.
 */
export async function saveDraft(
  ctx: ServiceContext,
  input: { draftId: string; version: number; data: DraftData },
): Promise<DraftView> {
  await inTransaction(async (tx) => {
    const draft = await lockDraft(ctx.actor.id, input.draftId, tx);
    if (draft.row.version !== input.version) {
      throw new PanelError({ code: "stale", message: text("join.draft.stale"), hint: text("join.draft.stale-hint") });
    }
    await requireIdle(draft, tx);
    const { stored } = draft;
    const typed = formOf(draft, input.data);
    if (draft.row.kind === "storage") await syncMembers(tx, draft.row.id, stored.clusterId);
    const sealed = { before: stored.form, form: typed, fixed: draft.fixed, expiresAt: credentialExpiry() };
    const form = await sealSecrets(tx, sealed);
    const data: StoredData = { ...stored, form, storageIds: storageIdsOf(form, stored.storageIds) };
    await tx
      .update(drafts)
      .set({ data: { ...data }, version: draft.row.version + 1, updatedAt: ctx.now, expiresAt: draftExpiry() })
      .where(eq(drafts.id, draft.row.id));
  });
  await announceDraft(input.draftId);
  const judged = await judgeDraft(await loadDraft(ctx.actor.id, input.draftId));
  const stale = judged.draft.nodes.filter((node) => node.state === "ready" && isToLookAgain(judged, node));
  if (stale.length === 0) return viewOf(judged);
  await startLooks(
    judged.draft,
    stale.map((node) => node.key).filter((key) => judged.input.withCredential.has(key)),
  );
  return viewOf(await judgeDraft(await loadDraft(ctx.actor.id, input.draftId)));
}

/** Removes machines of a draft with their credentials; the key of a node stays, it is not the draft's. */
export async function dropMachines(
  tx: Transaction,
  rows: readonly { draftId: string; key: string; keySecret: string; passwordSecret: string | null }[],
): Promise<void> {
  const ids = rows.flatMap((row) => [row.keySecret, ...(row.passwordSecret ? [row.passwordSecret] : [])]);
  if (ids.length > 0) await tx.delete(secrets).where(and(inArray(secrets.id, ids), isNoNodesKey));
  for (const row of rows)
    await tx.delete(draftNodes).where(and(eq(draftNodes.draftId, row.draftId), eq(draftNodes.key, row.key)));
}

/** The storages that are the draft's own. */
export function typedStorages({ stored, fixed }: Pick<LoadedDraft, "stored" | "fixed">): DraftData["storages"] {
  return stored.form.storages.filter(({ key }) => !fixed.includes(key));
}

/** Throws a draft away with everything typed and every credential. */
export async function discardDraft(ctx: ServiceContext, draftId: string): Promise<null> {
  await inTransaction(async (tx) => {
    const draft = await lockDraft(ctx.actor.id, draftId, tx);
    await requireIdle(draft, tx);
    await dropMachines(tx, draft.nodes);
    await deleteSecretsOf(tx, typedStorages(draft));
    await tx.delete(drafts).where(eq(drafts.id, draftId));
  });
  await announceDraft(draftId);
  return null;
}
