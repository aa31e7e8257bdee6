import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { PanelView, TaskRow } from "#lib/domain/dto.ts";
import { getSession } from "#lib/auth/session.ts";
import { needsSetup } from "#lib/services/users/links.ts";

/** Whoever is signed in; everybody else goes to the set-up or the sign-in page. */
export async function signedIn(): Promise<{ id: string; name: string; email: string }> {
  const session = await getSession(await headers());
  if (session) return session.user;
  redirect((await needsSetup()) ? "/setup" : "/sign-in");
}

export async function panelView(): Promise<PanelView> {
  return { clusters: [], live: [], sentAt: Date.now() };
}

export async function recentTasks(): Promise<TaskRow[]> {
  return [];
}
