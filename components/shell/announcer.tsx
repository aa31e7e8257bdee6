"use client";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";

const GAP_MS = 5_000;

const AnnounceContext = createContext<(message: string) => void>(() => {});

/** Says something to screen readers, politely; several at once become one message, at most one in five seconds. */
export const useAnnounce = () => useContext(AnnounceContext);

export function Announcer({ children }: { children: ReactNode }) {
  const t = useTranslations("pages.announce");
  const [message, setMessage] = useState("");
  const waiting = useRef<string[]>([]);
  const lastAt = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const flush = useCallback(() => {
    timer.current = undefined;
    const [first, ...rest] = waiting.current;
    waiting.current = [];
    if (first === undefined) return;
    lastAt.current = Date.now();
    setMessage(rest.length > 0 ? t("more", { first, count: rest.length }) : first);
  }, [t]);

  const announce = useCallback(
    (text: string) => {
      if (!waiting.current.includes(text)) waiting.current.push(text);
      // A short wait even for the first one gathers what comes in one burst.
      timer.current ??= setTimeout(flush, Math.max(200, lastAt.current + GAP_MS - Date.now()));
    },
    [flush],
  );
  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    <AnnounceContext.Provider value={announce}>
      {children}
      <div role="status" aria-live="polite" data-announcer className="sr-only">
        {message}
      </div>
    </AnnounceContext.Provider>
  );
}
