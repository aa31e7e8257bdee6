import { and, count, eq, gt, isNull, max, sql } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import { db, inTransaction, type Transaction } from "../../db/client.ts";
import { audit, draftNodes, drafts, sessions, setupLinks, users } from "../../db/schema/index.ts";
import type { AdministratorView } from "../../domain/account.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import type { ServiceContext } from "../context.ts";
import { dropMachines } from "../drafts/edit.ts";

/** Everybody with an account, with their sessions and their last sign-in. */
export async function listAdministrators(ctx: ServiceContext): Promise<AdministratorView[]> {
  const [people, open, signIns] = await Promise.all([
    db().select({ id: users.id, name: users.name, email: users.email, createdAt: users.createdAt }).from(users),
    db()
      .select({ userId: sessions.userId, count: count() })
      .from(sessions)
      .where(gt(sessions.expiresAt, ctx.now))
      .groupBy(sessions.userId),
    db()
      .select({ userId: audit.entityId, at: max(audit.at) })
      .from(audit)
      .where(and(eq(audit.entity, "user"), eq(audit.action, "session.start")))
      .groupBy(audit.entityId),
  ]);
  const sessionsOf = new Map(open.map((row) => [row.userId, row.count]));
  const signedInAt = new Map(signIns.map((row) => [row.userId, row.at]));
  return people.map(({ id, name, email, createdAt }) => ({
    ...{ id, name, email },
    createdAt: createdAt.toISOString(),
    sessions: sessionsOf.get(id) ?? 0,
    lastSignInAt: signedInAt.get(id)?.toISOString() ?? null,
    isSelf: id === ctx.actor.id,
  }));
}

/** Every account, locked in one order: two administrators who remove each other can't both succeed. */
async function lockAccounts(tx: Transaction, ctx: ServiceContext, userId: string) {
  const all = await tx
    .select({ id: users.id, name: users.name, email: users.email })
    .from(users)
    .orderBy(users.id)
    .for("update");
  // Removed a moment ago, by somebody whose transaction was first.
  if (!all.some((user) => user.id === ctx.actor.id))
    throw new PanelError({ code: "not-signed-in", message: text("errors.not-signed-in") });
  const user = all.find((one) => one.id === userId);
  if (!user) throw new PanelError({ code: "not-found", message: text("auth.no-administrator") });
  return user;
}

/** Ends every session of another administrator at once. Throws PanelError `not-found`, `conflict` for oneself. */
export async function endSessions(ctx: ServiceContext, { userId }: { userId: string }): Promise<null> {
  if (userId === ctx.actor.id) throw new PanelError({ code: "conflict", message: text("auth.own-sessions") });
  await inTransaction(async (tx) => {
    const user = await lockAccounts(tx, ctx, userId);
    const ended = await tx.delete(sessions).where(eq(sessions.userId, userId)).returning({ id: sessions.id });
    const detail = { email: user.email, name: user.name, sessions: ended.length };
    await writeAudit(tx, ctx, { action: "user.end-sessions", entity: "user", entityId: userId, detail });
    await announceChanged(tx, "user", userId);
  });
  return null;
}

/** Wizards that were left open, with the credentials in them; one whose task runs stays until that has ended. */
async function dropDrafts(tx: Transaction, userId: string): Promise<void> {
  const idle = await tx
    .select({ id: drafts.id })
    .from(drafts)
    .where(
      and(
        eq(drafts.ownerId, userId),
        sql`not exists (select 1 from task_locks where task_locks.key = 'draft:' || ${drafts.id})`,
      ),
    );
  for (const { id } of idle) {
    await dropMachines(tx, await tx.select().from(draftNodes).where(eq(draftNodes.draftId, id)));
    await tx.delete(drafts).where(eq(drafts.id, id));
  }
}

/**
 * Removes another administrator: the account, its sessions, the invitations it made and its open wizards. What it did
 * stays in tasks and audit. Throws PanelError `not-found`, `conflict` for oneself: so there is always one left.
 */
export async function removeAdministrator(ctx: ServiceContext, { userId }: { userId: string }): Promise<null> {
  if (userId === ctx.actor.id) throw new PanelError({ code: "conflict", message: text("auth.own-account") });
  await inTransaction(async (tx) => {
    const user = await lockAccounts(tx, ctx, userId);
    await dropDrafts(tx, userId);
    await tx.delete(setupLinks).where(and(eq(setupLinks.createdBy, userId), isNull(setupLinks.usedAt)));
    await tx.delete(users).where(eq(users.id, userId));
    const detail = { email: user.email, name: user.name };
    await writeAudit(tx, ctx, { action: "user.remove", entity: "user", entityId: userId, detail });
    await announceChanged(tx, "user", userId);
  });
  return null;
}
