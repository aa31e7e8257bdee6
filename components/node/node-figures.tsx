"use client";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useStaleAge } from "#components/live/age.tsx";
import { MiniBar } from "#components/ui/capacity-bar.tsx";
import { Pane } from "#components/ui/layout.tsx";
import { formatBytes, formatLoad, formatLongSpan, formatPercent, fractionOf, UNKNOWN } from "#lib/domain/units.ts";
import type { ClientNodeLive } from "#lib/queries/panel.ts";

function Figure({ word, value, hint, bar }: { word: string; value: string; hint?: string; bar?: ReactNode }) {
  return (
    <div className="min-w-0 px-3.5 py-3">
      <dt className="text-s text-ink-2">{word}</dt>
      <dd className="mt-0.5">
        <span className="flex items-center gap-3 text-l font-semibold">
          {value}
          {bar}
        </span>
        {hint ? <span className="block text-s text-ink-2">{hint}</span> : null}
      </dd>
    </div>
  );
}

/** CPU, memory, load and uptime; grey with their age when nothing new comes. */
export function NodeFiguresPane({ live }: { live: ClientNodeLive | undefined }) {
  const t = useTranslations("pages.node");
  const stale = useStaleAge(live?.figuresAgeMs, live?.at) !== "";
  const figures = live?.figures;
  const faint = stale ? "opacity-50" : "";
  const memory = fractionOf(figures?.memoryUsed, figures?.memoryTotal);
  return (
    <Pane>
      <dl className={`grid grid-cols-2 sm:grid-cols-4 sm:divide-x sm:divide-line ${stale ? "text-ink-3" : ""}`}>
        <Figure
          word={t("cpu")}
          value={formatPercent(figures?.cpu)}
          bar={<MiniBar fraction={figures?.cpu ?? null} warnFrom={0.9} className={faint} />}
          hint={figures?.cpuThreads ? t("threadsCount", { count: figures.cpuThreads }) : undefined}
        />
        <Figure
          word={t("memory")}
          value={formatPercent(memory)}
          bar={<MiniBar fraction={memory} warnFrom={0.85} className={faint} />}
          hint={t("of", { used: formatBytes(figures?.memoryUsed), total: formatBytes(figures?.memoryTotal) })}
        />
        <Figure
          word={t("load")}
          value={formatLoad(figures?.load1)}
          hint={t("load3", { five: formatLoad(figures?.load5), fifteen: formatLoad(figures?.load15) })}
        />
        <Figure
          word={t("uptime")}
          value={figures?.uptimeSeconds ? formatLongSpan(figures.uptimeSeconds * 1000) : UNKNOWN}
        />
      </dl>
    </Pane>
  );
}
