import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { db, type Executor } from "../../db/client.ts";
import { draftNodes, drafts } from "../../db/schema/index.ts";
import type { DraftData } from "../../domain/dto.ts";
import { PanelError } from "../../domain/errors.ts";
import { isStorable } from "../../domain/storable.ts";
import { STORAGE_KINDS, VIRTUALIZATIONS } from "../../domain/storage.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { withCluster } from "./of-cluster.ts";

export type DraftRow = typeof drafts.$inferSelect;
export type DraftNodeRow = typeof draftNodes.$inferSelect;

/** Anything may be typed, within what a row can bear. */
const typed = z.string().max(20_000, "errors.field.long").refine(isStorable, "errors.field.characters");
const storageKey = z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/);

/** What a browser may save: the right shape, whatever the values. */
export const draftDataSchema = z.strictObject({
  name: typed,
  virtualization: z.enum(VIRTUALIZATIONS),
  imageDir: typed,
  shareDir: typed,
  storages: z
    .array(
      z.strictObject({
        key: storageKey,
        kind: z.enum(STORAGE_KINDS),
        name: typed,
        config: z.record(z.string().max(60), z.union([typed, z.number(), z.boolean()])),
      }),
    )
    .max(64)
    .refine((list) => new Set(list.map((one) => one.key)).size === list.length),
  mainKey: storageKey.nullable(),
  step: z.enum(["name", "storages", "main", "nodes", "review"]),
}) satisfies z.ZodType<DraftData>;

/** A draft's row: what was typed, and the ids that the cluster and its storages will have, so that a plan is the same each time. */
export interface StoredData {
  form: DraftData;
  clusterId: string;
  storageIds: Record<string, string>;
  /** Keys that were ever those of the cluster's own storages: none of them was typed. */
  known?: string[];
}

export interface LoadedDraft {
  row: DraftRow;
  stored: StoredData;
  nodes: DraftNodeRow[];
  /** Keys of the storages that the cluster has already. */
  fixed: string[];
}

export const EMPTY_FORM: DraftData = {
  name: "",
  virtualization: "kvm",
  imageDir: "/image",
  shareDir: "/share",
  storages: [],
  mainKey: null,
  step: "name",
};

function missing(): PanelError {
  return new PanelError({ code: "not-found", message: text("join.draft.gone"), hint: text("join.draft.gone-hint") });
}

/** A draft of this owner with its machines; where it is for a cluster that exists, with that as it is now. Throws PanelError `not-found`, also for another owner's. */
export async function loadDraft(ownerId: string, draftId: string, tx: Executor = db()): Promise<LoadedDraft> {
  const [row] = await tx
    .select()
    .from(drafts)
    .where(and(eq(drafts.id, draftId), eq(drafts.ownerId, ownerId)));
  if (!row) throw missing();
  const nodes = await tx
    .select()
    .from(draftNodes)
    .where(eq(draftNodes.draftId, draftId))
    .orderBy(asc(draftNodes.position));
  const current = await withCluster(row.kind, row.data as unknown as StoredData, tx);
  if (!current) throw missing();
  return { row, ...current, nodes };
}

/** The same, locked until the transaction ends: for whoever writes. */
export async function lockDraft(ownerId: string, draftId: string, tx: Executor): Promise<LoadedDraft> {
  const [row] = await tx
    .select({ id: drafts.id })
    .from(drafts)
    .where(and(eq(drafts.id, draftId), eq(drafts.ownerId, ownerId)))
    .for("update");
  if (!row) throw missing();
  return loadDraft(ownerId, draftId, tx);
}

/** One machine of a loaded draft. Throws PanelError `not-found`. */
export function machineOf(draft: LoadedDraft, key: string): DraftNodeRow {
  const node = draft.nodes.find((one) => one.key === key);
  if (!node) throw new PanelError({ code: "not-found", message: text("join.draft.no-machine") });
  return node;
}

/** Tells the pages of every process that a draft has changed. */
export function announceDraft(draftId: string): Promise<void> {
  return announceChanged(db(), "draft", draftId);
}
