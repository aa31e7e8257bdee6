"use client";
import { useTranslations } from "use-intl";
import { useTicking } from "#components/text/time.tsx";
import { formatSpan } from "#lib/domain/units.ts";

/** From this age on a figure is grey and says how old it is. A stream that lives brings one a second. */
const STALE_MS = 8_000;
/** A storage is looked at when something about it changes, and at rest every minute at least: until here it is as expected. */
export const STORAGE_STALE_MS = 90_000;

/** The age of a figure now, as text; empty while it is fresh or nothing was measured. Changes once a second at most. */
export function useStaleAge(ageMs: number | null | undefined, at: number | undefined, staleMs = STALE_MS): string {
  const read = (elapsed: number) => {
    if (ageMs === null || ageMs === undefined) return "";
    const age = ageMs + elapsed;
    return age >= staleMs ? formatSpan(age) : "";
  };
  return useTicking((now) => read(at === undefined ? 0 : now - at), read(0));
}

/** `4 min old`, only where a figure is no longer fresh. */
export function Age({
  ageMs,
  at,
  staleMs,
  className = "",
}: {
  ageMs: number | null | undefined;
  at: number | undefined;
  staleMs?: number;
  className?: string;
}) {
  const t = useTranslations("common");
  const span = useStaleAge(ageMs, at, staleMs);
  return span ? (
    <span className={`text-xs whitespace-nowrap text-ink-3 ${className}`}>{t("old", { span })}</span>
  ) : null;
}

/** The age in full, also while fresh: `figures 1 s old`. */
export function FiguresAge({ ageMs, at }: { ageMs: number | null | undefined; at: number | undefined }) {
  const t = useTranslations("common");
  const known = ageMs !== null && ageMs !== undefined;
  const span = useTicking(
    (now) => (known ? formatSpan(ageMs + (at === undefined ? 0 : now - at)) : ""),
    known ? formatSpan(ageMs) : "",
  );
  return <span className="whitespace-nowrap">{known ? t("figuresOld", { span }) : t("figuresNone")}</span>;
}
