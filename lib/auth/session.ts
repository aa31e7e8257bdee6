import { PanelError } from "../domain/errors.ts";
import { text } from "../domain/text.ts";
import { auth } from "./auth.ts";

/** Who is signed in, and until when. */
export interface Session {
  user: { id: string; name: string; email: string };
  sessionId: string;
  expiresAt: Date;
}

/** The session of a request's cookie, read from the database each time; null without one or with an ended one. */
export async function getSession(headers: Headers): Promise<Session | null> {
  const found = await auth().api.getSession({ headers, query: { disableCookieCache: true, disableRefresh: true } });
  if (!found) return null;
  const { user, session } = found;
  return {
    user: { id: user.id, name: user.name, email: user.email },
    sessionId: session.id,
    expiresAt: new Date(session.expiresAt),
  };
}

/** Like `getSession`; throws PanelError `not-signed-in`. */
export async function requireSession(headers: Headers): Promise<Session> {
  const session = await getSession(headers);
  if (!session) throw new PanelError({ code: "not-signed-in", message: text("errors.not-signed-in") });
  return session;
}
