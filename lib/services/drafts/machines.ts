import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { db, inTransaction, type Transaction } from "../../db/client.ts";
import { clusters, draftNodes, drafts, nodes, secrets } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import { joinPassword, nodeAddress, sshPort, userName } from "../../domain/names.ts";
import { type Text, text } from "../../domain/text.ts";
import { deleteSecret, sealSecret } from "../../secrets/store.ts";
import { newKeyPair } from "../../ssh/keys.ts";
import type { ServiceContext } from "../context.ts";
import { dropMachines, requireIdle } from "./edit.ts";
import { credentialExpiry } from "./expiry.ts";
import { startLooks, startReadingKey } from "./look.ts";
import { announceDraft, type DraftNodeRow, type LoadedDraft, loadDraft, lockDraft, machineOf } from "./stored.ts";

const MAX_MACHINES = 64;

export const addMachineSchema = z
  .strictObject({
    draftId: z.string().max(80),
    address: nodeAddress,
    port: sshPort,
    user: userName,
    credential: z.enum(["password", "key"]),
    password: joinPassword.optional(),
  })
  .refine((input) => input.credential === "key" || input.password !== undefined, {
    path: ["password"],
    error: "join.field.password",
  });

type AddMachine = z.output<typeof addMachineSchema>;

function refuse(path: string, message: Text): PanelError {
  return new PanelError({ code: "already-exists", message, fields: { [path]: message } });
}

/** The same address twice, in the draft or in any cluster, is one machine. */
async function requireFreeAddress(
  tx: Transaction,
  machines: readonly DraftNodeRow[],
  input: AddMachine,
): Promise<void> {
  const same = (row: { address: string; port: number }) =>
    row.address.toLowerCase() === input.address.toLowerCase() && row.port === input.port;
  if (machines.some(same)) throw refuse("address", text("join.draft.address-twice"));
  const members = await tx
    .select({ address: nodes.address, port: nodes.port, name: nodes.name, cluster: clusters.name })
    .from(nodes)
    .innerJoin(clusters, eq(clusters.id, nodes.clusterId));
  const member = members.find(same);
  if (member)
    throw refuse("address", text("join.draft.address-joined", { name: member.name, cluster: member.cluster }));
}

/** Writes a machine with a key pair of its own and its sealed password, where one was typed. Its host key is to be read next. */
export async function insertMachine(tx: Transaction, position: number, input: AddMachine): Promise<DraftNodeRow> {
  const { draftId, address, port, user, credential, password } = input;
  const pair = newKeyPair();
  const expiresAt = credentialExpiry();
  const seal = (purpose: "node-key" | "join-password", value: string) => sealSecret({ purpose, value, expiresAt }, tx);
  const [inserted] = await tx
    .insert(draftNodes)
    .values({
      ...{ draftId, position, address, port, user, credential },
      key: newId("node"),
      keySecret: await seal("node-key", pair.privateKey),
      publicKey: pair.publicKey,
      passwordSecret:
        credential === "password" && password !== undefined ? await seal("join-password", password) : null,
      state: "reading-key",
    })
    .returning();
  return inserted as DraftNodeRow;
}

/**
 * Adds a machine to a draft: makes the panel's own key pair for it, seals the password for an hour, and begins to read
 * the machine's host key, which needs neither. Throws PanelError `already-exists` with the field.
 */
export async function addMachine(ctx: ServiceContext, input: AddMachine): Promise<{ key: string }> {
  const row = await inTransaction(async (tx) => {
    const draft = await lockDraft(ctx.actor.id, input.draftId, tx);
    await requireIdle(draft, tx);
    refuseMembers(draft);
    await requireFreeAddress(tx, draft.nodes, input);
    if (draft.nodes.length >= MAX_MACHINES)
      throw new PanelError({ code: "not-supported", message: text("join.draft.too-many", { count: MAX_MACHINES }) });
    const inserted = await insertMachine(tx, (draft.nodes.at(-1)?.position ?? -1) + 1, input);
    await touch(tx, input.draftId);
    return inserted;
  });
  await announceDraft(input.draftId);
  startReadingKey(row);
  return { key: row.key };
}

async function touch(tx: Transaction, draftId: string): Promise<void> {
  await tx.update(drafts).set({ updatedAt: new Date() }).where(eq(drafts.id, draftId));
}

const isMachine = (draftId: string, key: string) => and(eq(draftNodes.draftId, draftId), eq(draftNodes.key, key));

/** Pins the host key that an administrator has compared, and looks at the machine. Throws `stale` when another key was seen since. */
export async function confirmHostKey(
  ctx: ServiceContext,
  input: { draftId: string; key: string; fingerprint: string },
): Promise<null> {
  await inTransaction(async (tx) => {
    const draft = await lockDraft(ctx.actor.id, input.draftId, tx);
    await requireIdle(draft, tx);
    const node = machineOf(draft, input.key);
    if (node.seenFingerprint !== input.fingerprint) {
      throw new PanelError({
        code: "stale",
        message: text("join.draft.other-key"),
        hint: text("join.draft.other-key-hint"),
      });
    }
    await tx
      .update(draftNodes)
      .set({ fingerprint: input.fingerprint, error: null })
      .where(isMachine(input.draftId, input.key));
  });
  await startLooks(await loadDraft(ctx.actor.id, input.draftId), [input.key]);
  return null;
}

/** The nodes of a cluster that exists are its own: all of them, and reached as they always are. */
function refuseMembers(draft: LoadedDraft): void {
  if (draft.row.kind === "storage")
    throw new PanelError({ code: "conflict", message: text("join.draft.every-member") });
}

/** Renews what signs in: the password typed again, and a key pair where the hour was over. */
async function renewCredential(tx: Transaction, node: DraftNodeRow, password: string | undefined): Promise<void> {
  // The panel's own key for a node knows no hour.
  if (node.credential === "member") return;
  const expiresAt = credentialExpiry();
  const kept = await tx
    .update(secrets)
    .set({ expiresAt })
    .where(eq(secrets.id, node.keySecret))
    .returning({ id: secrets.id });
  if (kept.length === 0) {
    const pair = newKeyPair();
    const keySecret = await sealSecret({ purpose: "node-key", value: pair.privateKey, expiresAt }, tx);
    await tx.update(draftNodes).set({ keySecret, publicKey: pair.publicKey }).where(isMachine(node.draftId, node.key));
  }
  if (password === undefined) return;
  if (node.passwordSecret) await deleteSecret(node.passwordSecret, tx);
  const passwordSecret = await sealSecret({ purpose: "join-password", value: password, expiresAt }, tx);
  await tx.update(draftNodes).set({ passwordSecret, credential: "password" }).where(isMachine(node.draftId, node.key));
}

/** Looks at a machine once more; `password` where it has to be typed again. A machine whose key was never confirmed shows it first. */
export async function lookAgain(
  ctx: ServiceContext,
  input: { draftId: string; key: string; password?: string },
): Promise<null> {
  const node = await inTransaction(async (tx) => {
    const draft = await lockDraft(ctx.actor.id, input.draftId, tx);
    await requireIdle(draft, tx);
    await renewCredential(tx, machineOf(draft, input.key), input.password);
    return machineOf(await loadDraft(ctx.actor.id, input.draftId, tx), input.key);
  });
  if (node.fingerprint) {
    await startLooks(await loadDraft(ctx.actor.id, input.draftId), [input.key]);
    return null;
  }
  const [again] = await db()
    .update(draftNodes)
    .set({ state: "reading-key", error: null, lookNumber: node.lookNumber + 1 })
    .where(isMachine(input.draftId, input.key))
    .returning();
  await announceDraft(input.draftId);
  if (again) startReadingKey(again);
  return null;
}

/** Notes an administrator's choice for a storage on a machine; the same value again takes it back. Nothing is looked at anew. */
export async function choose(
  ctx: ServiceContext,
  input: { draftId: string; key: string; storageKey: string; choice: string; value: string },
): Promise<null> {
  await inTransaction(async (tx) => {
    const draft = await lockDraft(ctx.actor.id, input.draftId, tx);
    await requireIdle(draft, tx);
    const node = machineOf(draft, input.key);
    const { [input.choice]: before, ...others } = node.choices[input.storageKey] ?? {};
    const now = before === input.value ? others : { ...others, [input.choice]: input.value };
    await tx
      .update(draftNodes)
      .set({ choices: { ...node.choices, [input.storageKey]: now } })
      .where(isMachine(input.draftId, input.key));
  });
  await announceDraft(input.draftId);
  return null;
}

/** Leaves a machine out; its credentials go with it. */
export async function removeMachine(ctx: ServiceContext, input: { draftId: string; key: string }): Promise<null> {
  await inTransaction(async (tx) => {
    const draft = await lockDraft(ctx.actor.id, input.draftId, tx);
    await requireIdle(draft, tx);
    refuseMembers(draft);
    await dropMachines(tx, [machineOf(draft, input.key)]);
    await touch(tx, input.draftId);
  });
  await announceDraft(input.draftId);
  return null;
}
