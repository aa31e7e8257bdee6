import { and, inArray, isNull, sql } from "drizzle-orm";
import type { Executor, Transaction } from "../../db/client.ts";
import { secrets } from "../../db/schema/index.ts";
import type { DraftData } from "../../domain/dto.ts";
import { deleteSecret, sealSecret } from "../../secrets/store.ts";
import { NO_SECRET, secretIds, withoutGone } from "../../storage/secret-field.ts";
import { driverOf } from "../../storage/registry.ts";

type DraftStorage = DraftData["storages"][number];

const PURPOSE = "storage-secret";

/** Ids of the secrets that these storages name. */
export function secretIdsOf(storages: readonly Pick<DraftStorage, "kind" | "config">[]): string[] {
  return storages.flatMap(({ kind, config }) => secretIds(driverOf(kind), config));
}

/** What stands in a secret's field after a save: what stood there, nothing, or the id of a new row. */
export async function sealField(
  tx: Transaction,
  { typed, before, isSecret }: { typed: unknown; before: unknown; isSecret: (value: string) => boolean },
  row: { purpose: string; expiresAt: Date },
): Promise<string> {
  if (typeof typed !== "string" || typed === "") return "";
  // Only what the server itself put there is an id: a browser can't name another's secret.
  if (typed === before) return typed;
  return isSecret(typed) ? sealSecret({ ...row, value: typed }, tx) : NO_SECRET;
}

async function sealStorage(
  tx: Transaction,
  storage: DraftStorage,
  before: DraftStorage | undefined,
  expiresAt: Date,
): Promise<DraftStorage> {
  const fields = Object.entries(driverOf(storage.kind)?.secrets ?? {});
  const config = { ...storage.config };
  for (const [field, schema] of fields) {
    const known = before?.kind === storage.kind ? before.config[field] : undefined;
    const isSecret = (value: string) => schema.safeParse(value).success;
    const typed = { typed: config[field], before: known, isSecret };
    config[field] = await sealField(tx, typed, { purpose: PURPOSE, expiresAt });
  }
  return fields.length === 0 ? storage : { ...storage, config };
}

/**
 * Seals the secrets that were typed into a form, and deletes those that nothing in it names any more. `before`: the form as
 * it was saved last; of a cluster's own storages (`fixed`) nothing is deleted.
 */
export async function sealSecrets(
  tx: Transaction,
  { before, form, fixed, expiresAt }: { before: DraftData; form: DraftData; fixed: readonly string[]; expiresAt: Date },
): Promise<DraftData> {
  const storages: DraftStorage[] = [];
  for (const storage of form.storages) {
    const known = before.storages.find(({ key }) => key === storage.key);
    storages.push(fixed.includes(storage.key) ? storage : await sealStorage(tx, storage, known, expiresAt));
  }
  const kept = new Set(secretIdsOf(storages));
  const own = before.storages.filter(({ key }) => !fixed.includes(key));
  for (const id of secretIdsOf(own)) if (!kept.has(id)) await deleteSecret(id, tx);
  return { ...form, storages };
}

/** Deletes the secrets of storages that are given up: a draft that is thrown away, a storage that was removed. */
export async function deleteSecretsOf(
  tx: Transaction,
  storages: readonly { kind: DraftStorage["kind"]; config: Record<string, unknown> }[],
): Promise<void> {
  for (const { kind, config } of storages)
    for (const id of secretIds(driverOf(kind), config)) await deleteSecret(id, tx);
}

/** The form as it is once secrets past their hour are gone: their fields are empty, and asked for again. */
export async function withLivingSecrets(form: DraftData, tx: Executor): Promise<DraftData> {
  const ids = secretIdsOf(form.storages);
  if (ids.length === 0) return form;
  const rows = await tx
    .select({ id: secrets.id })
    .from(secrets)
    .where(and(inArray(secrets.id, ids), sql`(${secrets.expiresAt} is null or ${secrets.expiresAt} > now())`));
  const living = new Set(rows.map(({ id }) => id));
  const isThere = (id: string) => living.has(id);
  const storages = form.storages.map((storage) => {
    const config = withoutGone(driverOf(storage.kind), storage.config, isThere);
    return config === storage.config ? storage : { ...storage, config };
  });
  return { ...form, storages };
}

/** A form's storages as they can be typed into another draft: without secrets, which belong to this one. */
export function withoutSecrets(storage: DraftStorage): DraftStorage {
  return { ...storage, config: withoutGone(driverOf(storage.kind), storage.config, () => false) };
}

/** Lets secrets that a task has kept without an end go within the hour again, unless a storage has them by now. */
export async function limitSecrets(tx: Executor, ids: readonly string[], expiresAt: Date): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(secrets)
    .set({ expiresAt })
    .where(
      and(
        inArray(secrets.id, [...ids]),
        isNull(secrets.expiresAt),
        sql`not exists (select 1 from storages where storages.config::text like '%"' || ${secrets.id} || '"%')`,
      ),
    );
}
