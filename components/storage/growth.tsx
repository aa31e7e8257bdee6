"use client";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { Pane, Section } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { Segments } from "#components/ui/segments.tsx";
import { Select } from "#components/ui/select.tsx";
import { fullestNode } from "#lib/domain/cluster-summary.ts";
import type { ClusterView, StorageView } from "#lib/domain/dto.ts";
import { formatBytes, formatLongSpan, formatPercent, naturalOrder } from "#lib/domain/units.ts";
import { type Forecast, RANGES, type StorageUsage, usageSummary } from "#lib/domain/usage.ts";
import { visible } from "#lib/domain/visible.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { usageQuery } from "#lib/queries/usage.ts";

/** The chart's code comes only where there is a line to draw. */
const UsageChart = lazy(() => import("./usage-chart.tsx"));

/** What the line says, in a sentence. */
export function useUsageSentence(): (usage: StorageUsage) => string {
  const t = useTranslations("capacity");
  return ({ points }) => {
    const summary = usageSummary(points);
    if (!summary) return points.length === 0 ? t("none") : t("one");
    const bytes = formatBytes(Math.abs(summary.change));
    const values = { span: formatLongSpan(summary.span), percent: formatPercent(summary.share) };
    if (summary.change === 0) return t("same", values);
    return t(summary.change > 0 ? "grew" : "shrank", { ...values, bytes });
  };
}

function ForecastLine({ forecast }: { forecast: Forecast | null }) {
  const t = useTranslations("capacity");
  const format = useFormatter();
  if (!forecast) return <p className="text-ink-2">{t("noForecast")}</p>;
  const { fullAt } = forecast;
  const values = { rate: formatBytes(Math.round(forecast.perDay)), days: Math.round(forecast.days) };
  if (!fullAt) return <p className="text-ink-2">{t(forecast.perDay > 0 ? "farAway" : "notFilling", values)}</p>;
  const day = format.dateTime(new Date(fullAt), { day: "numeric", month: "long", year: "numeric" });
  return (
    <p>
      {t.rich("full", {
        ...values,
        at: () => (
          <time dateTime={fullAt} className="font-semibold">
            {day}
          </time>
        ),
      })}
    </p>
  );
}

function Picture({ usage, label }: { usage: StorageUsage; label: string }) {
  const sentence = useUsageSentence()(usage);
  return (
    <div className="space-y-2 px-3.5 py-3">
      {usage.points.length > 1 ? (
        <Suspense fallback={<div className="skeleton h-44" />}>
          <UsageChart usage={usage} label={`${label}: ${sentence}`} />
        </Suspense>
      ) : null}
      <p>{sentence}</p>
      <ForecastLine forecast={usage.forecast} />
    </div>
  );
}

/** How full the storage was, and when it will be: on one node, over a range that stands in the address. */
export function Growth({ storage, cluster }: { storage: StorageView; cluster: ClusterView }) {
  const t = useTranslations("capacity");
  const state = usePanel();
  const [address, setAddress] = useAddress();
  const range = RANGES.find((each) => each === address.get("range")) ?? "week";
  const asked = address.get("node");
  const isMember = cluster.nodes.some((node) => node.id === asked);
  const nodeId = isMember ? asked : storage.shared ? null : fullestNode(storage, cluster, state.live);
  const { data, error, isPlaceholderData, refetch } = useQuery(usageQuery(storage.id, nodeId, range));
  const names = [...cluster.nodes].sort((a, b) => naturalOrder(a.name, b.name));
  const node = cluster.nodes.find((each) => each.id === (data?.nodeId ?? nodeId));
  return (
    <Section title={t("title")}>
      <Pane>
        <div className="flex flex-wrap items-center gap-2 border-b border-line px-3.5 py-2">
          <Segments
            label={t("range")}
            value={range}
            options={RANGES.map((value) => ({ value, label: t(`ranges.${value}`) }))}
            onChange={(value) => setAddress({ range: value === "week" ? null : value })}
          />
          {storage.shared || names.length < 2 ? null : (
            <Select
              label={t("node")}
              value={nodeId ?? ""}
              options={names.map((each) => ({ value: each.id, label: visible(each.name) }))}
              onChange={(value) => setAddress({ node: value })}
              className="sm:w-36"
            />
          )}
        </div>
        {error && !data ? (
          <div className="p-3.5">
            <ErrorNotice error={errorViewOf(error)} retry={() => void refetch()} />
          </div>
        ) : data ? (
          <div aria-busy={isPlaceholderData} className={isPlaceholderData ? "opacity-60" : ""}>
            <Picture usage={data} label={visible(node ? `${storage.name}, ${node.name}` : storage.name)} />
          </div>
        ) : (
          <div className="space-y-2 px-3.5 py-3" aria-busy="true">
            <div className="skeleton h-44" />
            <div className="skeleton h-4 w-2/3" />
          </div>
        )}
      </Pane>
    </Section>
  );
}
