import { and, eq, gt, inArray, isNull, like, or, sql } from "drizzle-orm";
import { z } from "zod";
import { db, type Executor, inTransaction, type Transaction } from "../../db/client.ts";
import { secrets, tasks } from "../../db/schema/index.ts";
import type { SourceFormView, StorageView } from "../../domain/dto.ts";
import { PanelError } from "../../domain/errors.ts";
import { type Text, text } from "../../domain/text.ts";
import { fieldTexts } from "../../server/failure.ts";
import type { Source, SourceForm } from "../../storage/contract.ts";
import { formFields } from "../../storage/form.ts";
import { driverOf } from "../../storage/registry.ts";
import { secretIds, withoutGone } from "../../storage/secret-field.ts";
import type { ServiceContext } from "../context.ts";
import { credentialExpiry } from "../drafts/expiry.ts";
import { limitSecrets, sealField } from "../drafts/storage-secrets.ts";
import { canReplan } from "../tasks/replan-kinds.ts";
import { placeLock } from "./lock.ts";
import { type PartsPlace, pinOf } from "./plan-parts.ts";

/** What a browser may send: texts by field, whatever the values. */
export const sourceSchema = z.record(z.string().max(60), z.string().max(4_096, "errors.field.long"));

const PURPOSE = "source-secret";

/** Of secrets that one person typed for one storage: nobody else's id is taken for one of them. */
const purposeOf = ({ actor }: ServiceContext, storageId: string) => `${PURPOSE}:${storageId}:${actor.id}`;

const refuse = (fields: Record<string, Text>) =>
  new PanelError({ code: "invalid-input", message: text("errors.invalid-input"), fields });

/** Throws PanelError `not-supported` where a storage's disks come from nowhere else. */
function requireForm({ driver, node }: PartsPlace): SourceForm<unknown> {
  if (driver.source) return driver.source;
  throw new PanelError({ code: "not-supported", message: text("parts.obstacle.no-source", { node: node.name }) });
}

/** As its driver takes it, beside what the storage has. Throws PanelError `invalid-input` with the fields. */
function requireTaken(form: SourceForm<unknown>, place: PartsPlace, source: Source): Source {
  const parsed = form.fields.safeParse(source);
  if (!parsed.success) throw refuse(fieldTexts(parsed.error));
  const problems = form.problems(place.context.config, parsed.data as Source);
  if (Object.keys(problems).length > 0) throw refuse(problems);
  return parsed.data as Source;
}

/** Which of these ids are of secrets that this person typed for the storage, and that are there still. */
async function ownSecrets(
  tx: Executor,
  ctx: ServiceContext,
  storageId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const isLiving = or(isNull(secrets.expiresAt), gt(secrets.expiresAt, sql`now()`));
  const rows = await tx
    .select({ id: secrets.id })
    .from(secrets)
    .where(and(inArray(secrets.id, [...ids]), eq(secrets.purpose, purposeOf(ctx, storageId)), isLiving));
  return new Set(rows.map(({ id }) => id));
}

/**
 * Takes down where further disks of a storage are: its secrets are sealed, and the answer, which names them by their ids, is
 * what a look and a change are asked with. Throws PanelError `not-supported`, and `invalid-input` with the fields.
 */
export async function noteSource(ctx: ServiceContext, place: PartsPlace, typed: Source): Promise<Source> {
  const form = requireForm(place);
  const { id: storageId } = place.storage;
  return inTransaction(async (tx) => {
    const own = await ownSecrets(tx, ctx, storageId, secretIds(form, typed));
    const source = { ...typed };
    for (const [field, schema] of Object.entries(form.secrets)) {
      const value = typed[field];
      const before = value !== undefined && own.has(value) ? value : undefined;
      const isSecret = (one: string) => schema.safeParse(one).success;
      const row = { purpose: purposeOf(ctx, storageId), expiresAt: credentialExpiry() };
      source[field] = await sealField(tx, { typed: value, before, isSecret }, row);
    }
    // Refused, nothing of it was sealed.
    return requireTaken(form, place, source);
  });
}

/** The same place with a source that was noted before. Throws PanelError as `noteSource` does, also for another's secrets. */
export async function withSource(
  ctx: ServiceContext,
  place: PartsPlace,
  source: Source | undefined,
): Promise<PartsPlace> {
  if (!source) return place;
  const form = requireForm(place);
  const taken = requireTaken(form, place, source);
  const own = await ownSecrets(db(), ctx, place.storage.id, secretIds(form, taken));
  const gone = Object.keys(form.secrets).filter((field) => taken[field] !== "" && !own.has(taken[field] ?? ""));
  if (gone.length > 0) throw refuse(Object.fromEntries(gone.map((field) => [field, text("errors.secret.gone-hint")])));
  return { ...place, context: { ...place.context, source: taken } };
}

/** Keeps secrets for as long as a task or a storage has them. Throws PanelError `conflict` where one is gone. */
export async function keepSecrets(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const kept = await tx
    .update(secrets)
    .set({ expiresAt: null })
    .where(inArray(secrets.id, [...ids]))
    .returning({ id: secrets.id });
  if (kept.length < new Set(ids).size)
    throw new PanelError({
      code: "conflict",
      message: text("errors.secret.gone"),
      hint: text("errors.secret.gone-hint"),
    });
}

/** Secrets of changes that came to nothing go within the hour; run by the panel every minute. */
export async function limitSourceSecrets(): Promise<void> {
  const storageId = sql`split_part(${secrets.purpose}, ':', 2)`;
  const isIdle = sql`not exists (select 1 from task_locks where starts_with(task_locks.key, ${placeLock("", "").slice(0, -1)} || ${storageId} || ':'))`;
  const rows = await db()
    .select({ id: secrets.id })
    .from(secrets)
    .where(and(isNull(secrets.expiresAt), like(secrets.purpose, `${PURPOSE}:%`), isIdle));
  const ids = rows.map(({ id }) => id);
  await limitSecrets(db(), ids, credentialExpiry());
}

/**
 * What was typed for a task that came to nothing, of its secrets the ids of those that this person may still use. Null
 * where nothing was, or the task is none of this storage's that can be planned again.
 */
async function typedFor(
  ctx: ServiceContext,
  form: SourceForm<unknown>,
  storageId: string,
  taskId: string,
): Promise<Source | null> {
  const columns = { kind: tasks.kind, state: tasks.state, plan: tasks.plan };
  const [task] = await db().select(columns).from(tasks).where(eq(tasks.id, taskId));
  const pin = task && canReplan(task) ? pinOf(task.plan) : null;
  if (!pin?.source || pin.storageId !== storageId) return null;
  const { source } = pin;
  const own = await ownSecrets(db(), ctx, storageId, secretIds(form, source));
  return withoutGone(form, source, (id) => own.has(id));
}

/**
 * The form for where further disks of a storage are; what is often alike stands there already, or what was typed for the
 * task that is planned again. Null where there is none.
 */
export async function readSourceForm(
  ctx: ServiceContext,
  { id, kind, config }: Pick<StorageView, "id" | "kind" | "config">,
  taskId: string | null,
): Promise<SourceFormView | null> {
  const form = driverOf(kind)?.parts?.source;
  if (!form) return null;
  const alike = (name: string) => (form.alike.includes(name) ? config[name] : undefined);
  const fields = formFields({ config: form.fields });
  const typed = taskId === null ? null : await typedFor(ctx, form, id, taskId);
  return {
    ...{ title: form.title, help: form.help },
    fields: fields.map((field) => ({ ...field, default: alike(field.name) ?? field.default })),
    ...(typed ? { typed } : {}),
  };
}
