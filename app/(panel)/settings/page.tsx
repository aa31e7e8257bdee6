import type { Metadata } from "next";
import { cookies } from "next/headers";
import { SettingsPage } from "#components/settings/settings-page.tsx";
import { THEME_COOKIE, themeOf } from "#components/shell/theme.ts";
import { en } from "#lib/messages/en.ts";
import { pageContext } from "../data.ts";

export const metadata: Metadata = { title: en.pages.settings.title };

export default async function Page() {
  const [{ actor }, jar] = await Promise.all([pageContext(), cookies()]);
  return <SettingsPage user={actor} theme={themeOf(jar.get(THEME_COOKIE)?.value)} />;
}
