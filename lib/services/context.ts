import { headers } from "next/headers.js";
import { getSession } from "../auth/session.ts";
import { PanelError } from "../domain/errors.ts";
import { text } from "../domain/text.ts";

/** Whoever is not signed in yet still has an address and a request id. */
export interface RequestContext {
  /** One id from the click to the last command it caused. */
  requestId: string;
  /** The peer's address, as the front door saw it. */
  address: string;
  now: Date;
}

/** What every service verb gets first. */
export interface ServiceContext extends RequestContext {
  actor: { id: string; name: string; email: string };
}

/** The request's own facts, from headers that the front door always overwrites. */
export function requestFacts(from: Headers): RequestContext {
  return {
    requestId: from.get("x-request-id") ?? "none",
    address: from.get("x-spindle-address") ?? "unknown",
    now: new Date(),
  };
}

/** The context of the action or route under way. Throws PanelError `not-signed-in`. */
export async function contextFromRequest(): Promise<ServiceContext> {
  const from = await headers();
  const session = await getSession(from);
  if (!session) throw new PanelError({ code: "not-signed-in", message: text("errors.not-signed-in") });
  return { ...requestFacts(from), actor: session.user };
}

/** The context of an action that needs no session: sign-in and links. */
export async function openContextFromRequest(): Promise<RequestContext> {
  return requestFacts(await headers());
}
