import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { hashPassword } from "../../auth/auth.ts";
import type { Transaction } from "../../db/client.ts";
import { accounts, sessions, users } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";

export interface AccountData {
  name: string;
  email: string;
  password: string;
}

/** Writes an administrator and the password's stored form. Throws PanelError `already-exists` for a known e-mail. */
export async function insertAccount(
  tx: Transaction,
  data: AccountData,
): Promise<{ id: string; name: string; email: string }> {
  const [known] = await tx.select({ id: users.id }).from(users).where(eq(users.email, data.email));
  if (known) {
    const message = text("auth.email-taken");
    throw new PanelError({ code: "already-exists", message, fields: { email: message } });
  }
  const id = randomUUID();
  await tx.insert(users).values({ id, name: data.name, email: data.email, emailVerified: true });
  const password = await hashPassword(data.password);
  await tx.insert(accounts).values({ id: randomUUID(), accountId: id, providerId: "credential", userId: id, password });
  return { id, name: data.name, email: data.email };
}

/** Sets a new password and ends every session of the account. */
export async function replacePassword(tx: Transaction, userId: string, password: string): Promise<void> {
  const stored = await hashPassword(password);
  await tx
    .update(accounts)
    .set({ password: stored, updatedAt: new Date() })
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, "credential")));
  await tx.delete(sessions).where(eq(sessions.userId, userId));
}
