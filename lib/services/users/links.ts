import { eq } from "drizzle-orm";
import { CONSOLE, writeAudit } from "../../audit/write.ts";
import { makeLink, noUserYet, takeLink } from "../../auth/links.ts";
import { db, inTransaction } from "../../db/client.ts";
import { users } from "../../db/schema/index.ts";
import type { NewAccount } from "../../domain/account.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import type { RequestContext, ServiceContext } from "../context.ts";
import { type AccountData, insertAccount, replacePassword } from "./accounts.ts";

/** The set-up link's path, made anew at each start; null once somebody has an account. */
export async function createSetupLink(): Promise<string | null> {
  return inTransaction(async (tx) => ((await noUserYet(tx)) ? makeLink(tx, { purpose: "first" }) : null));
}

/** A link with which a further administrator makes an account; answers with its path. */
export async function createInvite(ctx: ServiceContext): Promise<string> {
  return inTransaction(async (tx) => {
    const path = await makeLink(tx, { purpose: "invite", createdBy: ctx.actor.id });
    await writeAudit(tx, ctx, { action: "user.invite", entity: "user", entityId: "new" });
    return path;
  });
}

/** Makes the account that a set-up or invitation link is for. Throws PanelError with words for a used or late link. */
export async function redeemLink(ctx: RequestContext, input: NewAccount): Promise<{ id: string; email: string }> {
  return inTransaction(async (tx) => {
    const link = await takeLink(tx, input.token, ["first", "invite"]);
    const user = await insertAccount(tx, input);
    await writeAudit(
      tx,
      { ...ctx, actor: user },
      {
        action: "user.create",
        entity: "user",
        entityId: user.id,
        detail: { email: user.email, name: user.name, link: link.purpose, invitedBy: link.createdBy },
      },
    );
    await announceChanged(tx, "user", user.id);
    return user;
  });
}

/** Sets the new password a reset link is for; every session of the account ends. */
export async function redeemReset(
  ctx: RequestContext,
  input: { token: string; password: string },
): Promise<{ email: string }> {
  return inTransaction(async (tx) => {
    const link = await takeLink(tx, input.token, ["reset"]);
    const [user] = await tx
      .select()
      .from(users)
      .where(eq(users.id, link.userId ?? ""));
    if (!user) throw new PanelError({ code: "not-found", message: text("auth.no-user") });
    await replacePassword(tx, user.id, input.password);
    await writeAudit(tx, { ...ctx, actor: user }, { action: "user.reset-password", entity: "user", entityId: user.id });
    return { email: user.email };
  });
}

/** From the console: a link for a lost password. Throws PanelError `not-found` for an unknown e-mail. */
export async function createResetLink(email: string): Promise<string> {
  return inTransaction(async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.email, email.trim().toLowerCase()));
    if (!user) throw new PanelError({ code: "not-found", message: text("auth.no-user") });
    const path = await makeLink(tx, { purpose: "reset", userId: user.id });
    await writeAudit(tx, CONSOLE, {
      action: "user.reset-link",
      entity: "user",
      entityId: user.id,
      detail: { email: user.email },
    });
    return path;
  });
}

/** From the console, or by a demo: the first administrator without a browser; goes through a set-up link like everybody. */
export async function createFirstAdministrator(data: AccountData): Promise<{ id: string; email: string }> {
  return inTransaction(async (tx) => {
    const path = await makeLink(tx, { purpose: "first" });
    await takeLink(tx, path.slice(path.indexOf("#") + 1), ["first"]);
    const user = await insertAccount(tx, data);
    await writeAudit(tx, CONSOLE, {
      action: "user.create",
      entity: "user",
      entityId: user.id,
      detail: { email: user.email, link: "console" },
    });
    return user;
  });
}

/** Whether the panel still waits for its first administrator. */
export async function needsSetup(): Promise<boolean> {
  return noUserYet(db());
}
