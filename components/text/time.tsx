"use client";
import { useSyncExternalStore } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { formatSpan } from "#lib/domain/units.ts";

let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** One clock for the whole page: a tick a second, while anything that shows an age is on screen. */
function onTick(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Renders again only when the returned text changes; `first` is the text of the first paint, equal on server and browser. */
export function useTicking(read: (now: number) => string, first: string): string {
  return useSyncExternalStore(
    onTick,
    () => read(Date.now()),
    () => first,
  );
}

/** `9 min ago`, exact on hover. `now` is the server's time of the first paint. */
export function Ago({ iso, now, plain = false }: { iso: string; now: number; plain?: boolean }) {
  const t = useTranslations("common");
  const format = useFormatter();
  const at = Date.parse(iso);
  const span = useTicking((current) => formatSpan(current - at), formatSpan(now - at));
  return (
    <time
      dateTime={iso}
      title={format.dateTime(new Date(at), { dateStyle: "full", timeStyle: "medium" })}
      className="whitespace-nowrap"
    >
      {plain ? span : t("ago", { span })}
    </time>
  );
}

/** `02:14:07` today, with the date on other days. */
export function Clock({ iso, now }: { iso: string; now: number }) {
  const format = useFormatter();
  const date = new Date(iso);
  const recent = Math.abs(now - date.getTime()) < 20 * 3_600_000;
  return (
    <time
      dateTime={iso}
      title={format.dateTime(date, { dateStyle: "full", timeStyle: "medium" })}
      className="whitespace-nowrap"
    >
      {recent
        ? format.dateTime(date, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" })
        : format.dateTime(date, {
            day: "numeric",
            month: "short",
            hour: "2-digit",
            minute: "2-digit",
            hourCycle: "h23",
          })}
    </time>
  );
}
