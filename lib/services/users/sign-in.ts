import { setTimeout as sleep } from "node:timers/promises";
import { APIError } from "better-auth/api";
import { writeAudit } from "../../audit/write.ts";
import { auth } from "../../auth/auth.ts";
import { getSession } from "../../auth/session.ts";
import { attemptSucceeded, beginAttempt } from "../../auth/throttle.ts";
import { inTransaction } from "../../db/client.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import { log } from "../../log.ts";
import type { RequestContext } from "../context.ts";

/** The `Set-Cookie` lines the caller sends on; the session's cookie is in them. */
export interface SignedIn {
  user: { id: string; name: string; email: string };
  cookies: string[];
}

/**
 * Signs in. Throws PanelError `auth-failed` with one and the same sentence for an unknown account and a wrong
 * password, and `busy` with the seconds to wait after too many attempts.
 */
export async function signIn(
  ctx: RequestContext,
  input: { email: string; password: string },
  headers: Headers,
): Promise<SignedIn> {
  const attempt = await beginAttempt(input.email, ctx.address);
  if (attempt.waitSeconds > 0) {
    throw new PanelError({ code: "busy", message: text("auth.wait", { seconds: attempt.waitSeconds }) });
  }
  if (attempt.slowSeconds > 0) await sleep(attempt.slowSeconds * 1000);
  const answer = await checkPassword(ctx, input, headers);
  await attemptSucceeded(input.email, ctx.address);
  const { id, name, email } = answer.response.user;
  await inTransaction(async (tx) => {
    await writeAudit(tx, { ...ctx, actor: { id, name } }, { action: "session.start", entity: "user", entityId: id });
    await announceChanged(tx, "user", id);
  });
  return { user: { id, name, email }, cookies: answer.headers.getSetCookie() };
}

async function checkPassword(ctx: RequestContext, input: { email: string; password: string }, headers: Headers) {
  try {
    return await auth().api.signInEmail({ body: { ...input, rememberMe: true }, headers, returnHeaders: true });
  } catch (error) {
    if (!(error instanceof APIError) || (error.statusCode ?? 500) >= 500) throw error;
    log.info("sign-in refused", { requestId: ctx.requestId, address: ctx.address });
    throw new PanelError({ code: "auth-failed", message: text("auth.wrong") }, { cause: error });
  }
}

/** Ends the session of these headers; answers with the `Set-Cookie` lines that clear the cookie. */
export async function signOut(ctx: RequestContext, headers: Headers): Promise<string[]> {
  const session = await getSession(headers);
  const answer = await auth().api.signOut({ headers, returnHeaders: true });
  if (session) {
    const { user } = session;
    await inTransaction(async (tx) => {
      await writeAudit(tx, { ...ctx, actor: user }, { action: "session.end", entity: "user", entityId: user.id });
      await announceChanged(tx, "user", user.id);
    });
  }
  return answer.headers.getSetCookie();
}
