import { and, eq, inArray, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { db, inTransaction } from "../../db/client.ts";
import { draftNodes, drafts, secrets } from "../../db/schema/index.ts";
import { dropMachines, isNoNodesKey, typedStorages } from "./edit.ts";
import { credentialExpiry } from "./expiry.ts";
import { withCluster } from "./of-cluster.ts";
import { deleteSecretsOf, limitSecrets, secretIdsOf } from "./storage-secrets.ts";
import { announceDraft, type StoredData } from "./stored.ts";

/** No open task has been started from the draft. */
const isIdle = sql`not exists (select 1 from task_locks where task_locks.key = 'draft:' || ${drafts.id})`;

/** Passwords past their hour are gone from `secrets` already: the machines' rows say so too. */
async function forgetGonePasswords(): Promise<void> {
  const gone = await db()
    .update(draftNodes)
    .set({ passwordSecret: null })
    .where(
      and(
        isNotNull(draftNodes.passwordSecret),
        sql`not exists (select 1 from secrets where secrets.id = ${draftNodes.passwordSecret})`,
      ),
    )
    .returning({ draftId: draftNodes.draftId });
  for (const draftId of new Set(gone.map((row) => row.draftId))) await announceDraft(draftId);
}

/** A key whose task did not end in a node is a draft's again, with an hour to go. */
async function limitKeysOfFailedTasks(): Promise<void> {
  const free = await db()
    .select({ id: secrets.id })
    .from(secrets)
    .innerJoin(draftNodes, eq(draftNodes.keySecret, secrets.id))
    .innerJoin(drafts, eq(drafts.id, draftNodes.draftId))
    .where(and(isNull(secrets.expiresAt), isIdle, isNoNodesKey));
  if (free.length === 0) return;
  await db()
    .update(secrets)
    .set({ expiresAt: credentialExpiry() })
    .where(
      inArray(
        secrets.id,
        free.map((row) => row.id),
      ),
    );
}

/** The same for secrets of storages that were typed. */
async function limitSecretsOfFailedTasks(): Promise<void> {
  const idle = await db().select({ data: drafts.data }).from(drafts).where(isIdle);
  const ids = idle.flatMap(({ data }) => secretIdsOf((data as unknown as StoredData).form.storages));
  await limitSecrets(db(), ids, credentialExpiry());
}

async function discardExpired(now: Date): Promise<void> {
  const old = await db()
    .select()
    .from(drafts)
    .where(and(lt(drafts.expiresAt, now), isIdle));
  for (const { id, kind, data } of old) {
    await inTransaction(async (tx) => {
      const current = await withCluster(kind, data as unknown as StoredData, tx);
      if (current) await deleteSecretsOf(tx, typedStorages(current));
      await dropMachines(tx, await tx.select().from(draftNodes).where(eq(draftNodes.draftId, id)));
      await tx.delete(drafts).where(eq(drafts.id, id));
    });
    await announceDraft(id);
  }
}

/** What time takes from drafts; run by the panel every minute, after the secrets were swept. */
export async function sweepDrafts(now = new Date()): Promise<void> {
  await forgetGonePasswords();
  await limitKeysOfFailedTasks();
  await limitSecretsOfFailedTasks();
  await discardExpired(now);
}
