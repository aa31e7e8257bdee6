import { and, eq, inArray, isNotNull, lt } from "drizzle-orm";
import { db, type Executor } from "../db/client.ts";
import { secrets } from "../db/schema/index.ts";
import { PanelError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { text } from "../domain/text.ts";
import { currentKey, keyById } from "./keyring.ts";
import { seal, unseal } from "./seal.ts";

const binding = (row: string, purpose: string) => ({ table: "secrets", row, purpose });

/** Seals a value into its own row and answers with the row's id: what plans and other rows hold instead of the value. */
export async function sealSecret(
  secret: { purpose: string; value: string; expiresAt?: Date },
  tx: Executor = db(),
): Promise<string> {
  const id = newId("secret");
  const key = currentKey();
  const sealed = seal(key, binding(id, secret.purpose), secret.value);
  await tx
    .insert(secrets)
    .values({ id, purpose: secret.purpose, keyId: key.id, sealed, expiresAt: secret.expiresAt ?? null });
  return id;
}

/** Opens secrets at the moment of their use, by id; those that are deleted or past their time are missing. */
export async function openSecrets(ids: readonly string[], tx: Executor = db()): Promise<Map<string, string>> {
  const rows = await tx
    .select()
    .from(secrets)
    .where(inArray(secrets.id, [...ids]));
  const kept = rows.filter(({ expiresAt }) => !expiresAt || expiresAt.getTime() > Date.now());
  return new Map(kept.map((row) => [row.id, opened(row)]));
}

function opened({ id, keyId, purpose, sealed }: typeof secrets.$inferSelect): string {
  const key = keyById(keyId);
  if (!key) throw new Error(`The secret ${id} was sealed with a key that is not loaded (${keyId})`);
  return unseal(key, binding(id, purpose), sealed);
}

/** Opens a secret at the moment of its use. Throws PanelError `not-found` once it is deleted or its time is over. */
export async function openSecret(id: string, tx: Executor = db()): Promise<string> {
  const value = (await openSecrets([id], tx)).get(id);
  if (value === undefined)
    throw new PanelError({
      code: "not-found",
      message: text("errors.secret.gone"),
      hint: text("errors.secret.gone-hint"),
    });
  return value;
}

/** Deletes a secret; nothing happens when it is gone already. */
export async function deleteSecret(id: string, tx: Executor = db()): Promise<void> {
  await tx.delete(secrets).where(eq(secrets.id, id));
}

/** Removes what is past its time; run by the panel every minute. */
export async function sweepSecrets(now = new Date()): Promise<number> {
  const gone = await db()
    .delete(secrets)
    .where(and(isNotNull(secrets.expiresAt), lt(secrets.expiresAt, now)))
    .returning({ id: secrets.id });
  return gone.length;
}
