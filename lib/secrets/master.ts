import { eq, sql } from "drizzle-orm";
import { db, inTransaction, type Transaction } from "../db/client.ts";
import { panel, secrets } from "../db/schema/index.ts";
import { newId } from "../domain/ids.ts";
import {
  currentKey,
  keyById,
  keyFilePath,
  type MasterKey,
  newMasterKey,
  readKeyFile,
  setKeys,
  writeKeyFile,
} from "./keyring.ts";
import { seal, unseal } from "./seal.ts";

const CHECK = "spindle master key";
const PANEL_LOCK = 7_316_402_502;
const checkBinding = (row: string) => ({ table: "panel", row, purpose: "key-check" });

/** The panel can't open its own secrets: it does not start. */
export class KeyError extends Error {
  override name = "KeyError";
}

function opens(key: MasterKey, row: { id: string; keyCheck: Buffer }): boolean {
  try {
    return unseal(key, checkBinding(row.id), row.keyCheck) === CHECK;
  } catch {
    // A failed authentication is the answer to the question.
    return false;
  }
}

/** The panel's own row, made at the first start; one process at a time. */
async function panelRow(tx: Transaction): Promise<typeof panel.$inferSelect> {
  await tx.execute(sql`select pg_advisory_xact_lock(${PANEL_LOCK})`);
  const [row] = await tx.select().from(panel).limit(1);
  if (row) return row;
  const [made] = await tx
    .insert(panel)
    .values({ id: newId("panel") })
    .returning();
  return made!;
}

/**
 * Loads the master key and proves it against the database. The first start of an empty database makes one; after
 * that a missing or wrong file throws KeyError with the file's name, and nothing is made in its place.
 */
export async function loadMasterKey(): Promise<void> {
  const path = keyFilePath();
  await inTransaction(async (tx) => {
    const row = await panelRow(tx);
    let keys = await readKeyFile(path);
    if (!row.keyCheck) {
      if (!keys) {
        await writeKeyFile(path, [newMasterKey()], false);
        keys = (await readKeyFile(path))!;
      }
      setKeys(keys);
      await tx
        .update(panel)
        .set({ keyCheck: seal(currentKey(), checkBinding(row.id), CHECK) })
        .where(eq(panel.id, row.id));
      return;
    }
    if (!keys)
      throw new KeyError(
        `The master key ${path} is missing. The panel's secrets can't be opened without it: put it back, or name it with SPINDLE_KEY_FILE`,
      );
    const check = { id: row.id, keyCheck: row.keyCheck };
    if (!keys.some((key) => opens(key, check))) {
      throw new KeyError(
        `${path} is not the master key this database was sealed with. Put the right file back, or name it with SPINDLE_KEY_FILE`,
      );
    }
    setKeys(keys);
  });
}

/** The panel's own id: part of the marks it leaves on nodes and storages. */
export async function panelIdentity(): Promise<{ id: string; epoch: number }> {
  const [row] = await db().select({ id: panel.id, epoch: panel.epoch }).from(panel).limit(1);
  if (!row) throw new Error("The panel has no identity yet");
  return row;
}

async function resealAll(tx: Transaction, from: (id: string) => MasterKey | null, to: MasterKey): Promise<number> {
  const rows = await tx.select().from(secrets).for("update");
  for (const row of rows) {
    const binding = { table: "secrets", row: row.id, purpose: row.purpose };
    const key = from(row.keyId);
    if (!key) throw new KeyError(`The secret ${row.id} was sealed with a key that is not in ${keyFilePath()}`);
    await tx
      .update(secrets)
      .set({ keyId: to.id, sealed: seal(to, binding, unseal(key, binding, row.sealed)) })
      .where(eq(secrets.id, row.id));
  }
  return rows.length;
}

/**
 * Seals everything anew with a new key. The file holds both keys until the database has only the new one, so a crash
 * at any point leaves a panel that starts. The panel must not be running. Answers with the number of secrets.
 */
export async function rotateMasterKey(): Promise<number> {
  await loadMasterKey();
  const path = keyFilePath();
  const old = (await readKeyFile(path))!;
  const next = newMasterKey();
  await writeKeyFile(path, [next, ...old], true);
  setKeys([next, ...old]);
  const count = await inTransaction(async (tx) => {
    const row = await panelRow(tx);
    const resealed = await resealAll(tx, keyById, next);
    await tx
      .update(panel)
      .set({ keyCheck: seal(next, checkBinding(row.id), CHECK) })
      .where(eq(panel.id, row.id));
    return resealed;
  });
  await writeKeyFile(path, [next], true);
  setKeys([next]);
  return count;
}
