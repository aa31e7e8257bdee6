import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { SignIn } from "#components/door/sign-in.tsx";
import { getSession } from "#lib/auth/session.ts";
import { needsSetup } from "#lib/services/users/links.ts";
import { en } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: en.pages.door.signIn };

/** Only a path of this panel: a link must not lead somewhere else after the sign-in. */
function ownPath(next: string | string[] | undefined): string {
  return typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : "/";
}

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const next = ownPath((await searchParams).next);
  if (await getSession(await headers())) redirect(next);
  if (await needsSetup()) redirect("/setup");
  return <SignIn next={next} />;
}
