import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { THEME_COOKIE, themeClass } from "#components/shell/theme.ts";
import { Words } from "#components/shell/words.tsx";
import { ZONE_COOKIE, zoneOf } from "#components/shell/zone.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Spindle", template: "%s · Spindle" },
  description: "Clusters of hypervisor nodes and their storages",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = { width: "device-width", initialScale: 1 };

/** Theme and time zone come from cookies, so that the first paint is right without a script in the page. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const jar = await cookies();
  return (
    <html lang="en" className={themeClass(jar.get(THEME_COOKIE)?.value)}>
      <body>
        <Words zone={zoneOf(jar.get(ZONE_COOKIE)?.value)}>{children}</Words>
      </body>
    </html>
  );
}
