"use client";
import { type ReactNode, useEffect, useState } from "react";
import { IntlProvider } from "use-intl";
import { en } from "#lib/messages/en.ts";
import { writeCookie } from "./write-cookie.ts";
import { ZONE_COOKIE } from "./zone.ts";

/** The catalogue and the time zone. The browser's zone travels in a cookie, so that the first paint has it too. */
export function Words({ zone, children }: { zone: string; children: ReactNode }) {
  const [timeZone, setTimeZone] = useState(zone);
  useEffect(() => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!own || own === timeZone) return;
    writeCookie(ZONE_COOKIE, own);
    setTimeZone(own);
  }, [timeZone]);
  return (
    <IntlProvider locale="en" messages={en} timeZone={timeZone}>
      {children}
    </IntlProvider>
  );
}
