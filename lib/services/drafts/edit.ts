import { and, desc, eq } from "drizzle-orm";
import { inTransaction, type Transaction } from "../../db/client.ts";
import { clusters, draftNodes, drafts, secrets, storages } from "../../db/schema/index.ts";
import type { DraftData, DraftView } from "../../domain/dto.ts";
import { PanelError } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import { text } from "../../domain/text.ts";
import type { ServiceContext } from "../context.ts";
import { startLooks } from "./look.ts";
import { isToLookAgain } from "./to-look-again.ts";
import { announceDraft, EMPTY_FORM, type LoadedDraft, lockDraft, loadDraft, type StoredData } from "./stored.ts";
import { judgeDraft, viewOf } from "./view.ts";
import { inArray } from "drizzle-orm";

/** A wizard nobody has come back to for this long is thrown away. */
const DRAFT_DAYS = 30;
const draftExpiry = () => new Date(Date.now() + DRAFT_DAYS * 86_400_000);

export async function insertDraft(
  tx: Transaction,
  ctx: ServiceContext,
  kind: "cluster" | "join",
  data: StoredData,
): Promise<string> {
  const id = newId("draft");
  const clusterId = kind === "join" ? data.clusterId : null;
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

/** The owner's open draft of nodes for a cluster, or a new one; it holds the cluster's own storages. Throws `not-found`. */
export async function startJoinDraft(
  ctx: ServiceContext,
  clusterId: string,
): Promise<{ draftId: string; isNew: boolean }> {
  return inTransaction(async (tx) => {
    const [cluster] = await tx.select().from(clusters).where(eq(clusters.id, clusterId));
    if (!cluster) throw new PanelError({ code: "not-found", message: text("join.draft.no-cluster") });
    const [open] = await tx
      .select({ id: drafts.id })
      .from(drafts)
      .where(and(eq(drafts.ownerId, ctx.actor.id), eq(drafts.kind, "join"), eq(drafts.clusterId, clusterId)))
      .limit(1);
    if (open) return { draftId: open.id, isNew: false };
    const rows = await tx
      .select()
      .from(storages)
      .where(eq(storages.clusterId, clusterId))
      .orderBy(storages.createdAt, storages.id);
    const form: DraftData = {
      name: cluster.name,
      virtualization: cluster.virtualization,
      imageDir: cluster.imageDir,
      shareDir: cluster.shareDir,
      storages: rows.map((row) => ({
        key: row.id,
        kind: row.kind,
        name: row.name,
        config: row.config as DraftData["storages"][number]["config"],
      })),
      mainKey: rows.find((row) => row.isMain)?.id ?? null,
      step: "nodes",
    };
    const storageIds = Object.fromEntries(rows.map((row) => [row.id, row.id]));
    return { draftId: await insertDraft(tx, ctx, "join", { form, clusterId, storageIds }), isNew: true };
  });
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
    // The cluster of a join is what it is: only the place in the wizard is the form's own.
    const form = draft.row.kind === "join" ? { ...stored.form, step: input.data.step } : input.data;
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

/** Removes machines of a draft with their credentials. */
export async function dropMachines(
  tx: Transaction,
  rows: readonly { draftId: string; key: string; keySecret: string; passwordSecret: string | null }[],
): Promise<void> {
  const ids = rows.flatMap((row) => [row.keySecret, ...(row.passwordSecret ? [row.passwordSecret] : [])]);
  if (ids.length > 0) await tx.delete(secrets).where(inArray(secrets.id, ids));
  for (const row of rows)
    await tx.delete(draftNodes).where(and(eq(draftNodes.draftId, row.draftId), eq(draftNodes.key, row.key)));
}

/** Throws a draft away with everything typed and every credential. */
export async function discardDraft(ctx: ServiceContext, draftId: string): Promise<null> {
  await inTransaction(async (tx) => {
    const draft = await lockDraft(ctx.actor.id, draftId, tx);
    await requireIdle(draft, tx);
    await dropMachines(tx, draft.nodes);
    await tx.delete(drafts).where(eq(drafts.id, draftId));
  });
  await announceDraft(draftId);
  return null;
}
