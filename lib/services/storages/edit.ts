import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { writeAudit } from "../../audit/write.ts";
import { inTransaction, type Transaction } from "../../db/client.ts";
import { storages } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { storageName } from "../../domain/names.ts";
import { type Text, text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { fieldTexts } from "../../server/failure.ts";
import { formFields } from "../../storage/form.ts";
import { requireDriver } from "../../storage/registry.ts";
import type { ServiceContext } from "../context.ts";
import { lockStorage, type StorageRow } from "./lock.ts";

export const editStorageSchema = z.strictObject({
  storageId: z.string().min(1).max(80),
  name: storageName,
  /** Values of the fields that can be changed; what is not named stays. */
  settings: z.record(z.string().max(60), z.union([z.string().max(4096), z.number(), z.boolean()])),
});
type Edit = z.output<typeof editStorageSchema>;

const refuse = (fields: Record<string, Text>) =>
  new PanelError({ code: "invalid-input", message: text("errors.invalid-input"), fields });

async function rename(tx: Transaction, ctx: ServiceContext, storage: StorageRow, name: string): Promise<void> {
  const { id, clusterId } = storage;
  const [namesake] = await tx
    .select({ id: storages.id })
    .from(storages)
    .where(and(eq(storages.clusterId, clusterId), ne(storages.id, id), sql`lower(${storages.name}) = lower(${name})`));
  if (namesake) {
    const message = text("join.rule.storage-name-taken", { name });
    throw new PanelError({ code: "already-exists", message, fields: { name: message } });
  }
  await tx.update(storages).set({ name }).where(eq(storages.id, id));
  const detail = { clusterId, name, before: storage.name };
  await writeAudit(tx, ctx, { action: "storage.rename", entity: "storage", entityId: id, detail });
}

/** The settings that become others by this. Throws PanelError `invalid-input` for what its driver does not take, or can't be changed. */
function changedSettings({ kind, config }: StorageRow, settings: Edit["settings"]): Record<string, unknown> {
  const driver = requireDriver(kind);
  const changeable = new Set(formFields(driver).flatMap((field) => (field.isChangeable ? field.name : [])));
  const fixed = Object.keys(settings).filter((name) => !changeable.has(name));
  if (fixed.length > 0)
    throw refuse(Object.fromEntries(fixed.map((name) => [`settings.${name}`, text("life.edit.fieldFixed")])));
  const parsed = driver.config.safeParse({ ...config, ...settings });
  if (!parsed.success) {
    const problems = Object.entries(fieldTexts(parsed.error));
    throw refuse(Object.fromEntries(problems.map(([name, problem]) => [`settings.${name}`, problem])));
  }
  const before = driver.config.parse(config);
  const isOther = ([name, value]: [string, unknown]) => changeable.has(name) && value !== before[name];
  return Object.fromEntries(Object.entries(parsed.data).filter(isOther));
}

/**
 * Gives a storage another name, other settings, or both; nothing runs on a node, and plans that are confirmed by now stay
 * as they are. Throws PanelError `not-found`, `already-exists` where another storage of the cluster is called so, and
 * `invalid-input`, both with the field.
 */
export async function editStorage(ctx: ServiceContext, { storageId, name, settings }: Edit): Promise<null> {
  await inTransaction(async (tx) => {
    const storage = await lockStorage(tx, storageId);
    const { clusterId } = storage;
    const changed = changedSettings(storage, settings);
    const isOther = Object.keys(changed).length > 0;
    if (storage.name !== name) await rename(tx, ctx, storage, name);
    if (isOther) {
      await tx
        .update(storages)
        .set({ config: { ...storage.config, ...changed } })
        .where(eq(storages.id, storageId));
      const detail = { clusterId, name, ...changed };
      await writeAudit(tx, ctx, { action: "storage.configure", entity: "storage", entityId: storageId, detail });
    }
    if (isOther || storage.name !== name) await announceChanged(tx, "cluster", clusterId);
  });
  return null;
}
