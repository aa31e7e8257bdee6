import { createHash, randomBytes } from "node:crypto";
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Executor, Transaction } from "../db/client.ts";
import { setupLinks, users } from "../db/schema/index.ts";
import type { LinkPurpose } from "../domain/account.ts";
import { PanelError } from "../domain/errors.ts";
import { text } from "../domain/text.ts";

const LIFE_MS = 3600_000;
/** One link is redeemed at a time: two people with the same link, or two first administrators, can't both win. */
const LINK_LOCK = 7_316_402_503;

export type SetupLink = typeof setupLinks.$inferSelect;

const hash = (token: string) => createHash("sha256").update(token).digest("hex");

/** Path and fragment of a link; a fragment never reaches a server's log or a referrer. */
export function linkPath(purpose: LinkPurpose, token: string): string {
  return `${{ first: "/setup", invite: "/invite", reset: "/reset" }[purpose]}#${token}`;
}

/** Makes a link good for an hour and answers with its path; unused older ones for the same end are dropped. */
export async function makeLink(
  tx: Executor,
  link: { purpose: LinkPurpose; userId?: string; createdBy?: string },
): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  if (link.purpose !== "invite") {
    const same = and(eq(setupLinks.purpose, link.purpose), isNull(setupLinks.usedAt));
    await tx.delete(setupLinks).where(link.userId ? and(same, eq(setupLinks.userId, link.userId)) : same);
  }
  await tx.insert(setupLinks).values({
    tokenHash: hash(token),
    purpose: link.purpose,
    userId: link.userId ?? null,
    createdBy: link.createdBy ?? null,
    expiresAt: new Date(Date.now() + LIFE_MS),
  });
  return linkPath(link.purpose, token);
}

function refuse(key: string): never {
  throw new PanelError({ code: "not-allowed", message: text(`auth.link.${key}`), hint: text("auth.link.hint") });
}

/** True while nobody has an account. */
export async function noUserYet(tx: Executor): Promise<boolean> {
  const [row] = await tx.select({ id: users.id }).from(users).limit(1);
  return !row;
}

/**
 * Takes a link: marks it used and answers with it. Call it in the transaction of what it is for. Throws PanelError
 * `not-allowed` that tells unknown, used and late apart, and for a first link when somebody has an account already.
 */
export async function takeLink(tx: Transaction, token: string, purposes: readonly LinkPurpose[]): Promise<SetupLink> {
  await tx.execute(sql`select pg_advisory_xact_lock(${LINK_LOCK})`);
  const [link] = await tx
    .select()
    .from(setupLinks)
    .where(eq(setupLinks.tokenHash, hash(token)));
  if (!link || !purposes.includes(link.purpose)) refuse("unknown");
  if (link.usedAt) refuse("used");
  if (link.expiresAt.getTime() <= Date.now()) refuse("late");
  if (link.purpose === "first" && !(await noUserYet(tx))) refuse("used");
  await tx.update(setupLinks).set({ usedAt: new Date() }).where(eq(setupLinks.tokenHash, link.tokenHash));
  return link;
}

/** Forgets links a day after their end; until then a late one is told from an unknown one. */
export async function sweepLinks(tx: Executor): Promise<void> {
  const limit = new Date(Date.now() - 24 * 3600_000);
  await tx.delete(setupLinks).where(or(lt(setupLinks.expiresAt, limit), lt(setupLinks.usedAt, limit)));
}
