"use client";
import { Star } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useHeldOrder } from "#components/shell/use-held-order.ts";
import { useSort } from "#components/shell/use-sort.ts";
import { CapacityBar, MiniBar } from "#components/ui/capacity-bar.tsx";
import { Pane } from "#components/ui/layout.tsx";
import { SortHead, SortSelect } from "#components/ui/sort-head.tsx";
import { Tag } from "#components/ui/status.tsx";
import { badness, type NodeWord } from "#lib/domain/badges.ts";
import { addedCapacity, clusterLoad, countWords, nodeCount, storageOrder } from "#lib/domain/cluster-summary.ts";
import type { ClusterView, StorageView } from "#lib/domain/dto.ts";
import { formatPercent, fractionOf, naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import type { PanelState } from "#lib/queries/panel.ts";
import { ClusterStatus } from "./cluster-status.tsx";

function StorageChip({ storage, cluster, state }: { storage: StorageView; cluster: ClusterView; state: PanelState }) {
  const t = useTranslations("pages.overview");
  const disabled = useTranslations("life")("disabled");
  const { totals, countedWith } = addedCapacity(storage, storageOrder(cluster.storages), cluster, state.live);
  return (
    <li className="flex items-center gap-2 whitespace-nowrap">
      <Link
        prefetch={false}
        href={`/storages/${storage.id}`}
        className="inline-flex min-h-6 max-w-40 min-w-6 items-center gap-1 text-ink-2 no-underline hover:underline"
      >
        <span className="truncate">{visible(storage.name)}</span>
        {storage.isMain ? <Star aria-label={t("mainStorage")} size={12} className="shrink-0 fill-current" /> : null}
      </Link>
      {storage.isEnabled ? null : <span className="text-s text-ink-2">{disabled}</span>}
      {countedWith ? (
        <span className="max-w-40 truncate text-s text-ink-2">
          {t("countedWith", { name: visible(countedWith.name) })}
        </span>
      ) : (
        <>
          <span className="w-11">
            <CapacityBar
              label={visible(storage.name)}
              size={totals?.size ?? null}
              used={totals?.used ?? null}
              allocated={totals?.allocated ?? null}
            />
          </span>
          <span className="w-10 text-right">{formatPercent(fractionOf(totals?.used, totals?.size))}</span>
        </>
      )}
    </li>
  );
}

function LoadCell({ label, value, warnFrom }: { label: string; value: number | null; warnFrom?: number }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span className="text-ink-2 sm:sr-only">{label}</span>
      <MiniBar fraction={value} warnFrom={warnFrom} />
      <span>{formatPercent(value)}</span>
    </span>
  );
}

function ClusterRow({ cluster, state }: { cluster: ClusterView; state: PanelState }) {
  const t = useTranslations("pages.overview.column");
  const kind = useTranslations("common.virtualization")(cluster.virtualization);
  const load = clusterLoad(cluster, state.live);
  const cell = "px-3.5 py-1.5 max-sm:px-0 max-sm:py-0.5";
  return (
    <tr className="border-line not-first:border-t max-sm:flex max-sm:flex-wrap max-sm:items-center max-sm:gap-x-4 max-sm:px-3.5 max-sm:py-3">
      <th scope="row" className={`${cell} text-left font-semibold max-sm:flex-1`}>
        <span className="flex items-center gap-2">
          <Link
            prefetch={false}
            href={`/clusters/${cluster.id}`}
            className="inline-block max-w-72 min-w-6 truncate leading-6 no-underline hover:underline"
          >
            {visible(cluster.name)}
          </Link>
          <Tag>{kind}</Tag>
        </span>
      </th>
      <td className={cell}>
        <ClusterStatus cluster={cluster} live={state.live} />
      </td>
      <td className={`${cell} text-right max-sm:w-full max-sm:text-left`}>
        <span className="text-ink-2 sm:sr-only">{t("nodes")} </span>
        {nodeCount(cluster)}
      </td>
      <td className={cell}>
        <LoadCell label={t("cpu")} value={load.cpu} warnFrom={0.9} />
      </td>
      <td className={cell}>
        <LoadCell label={t("memory")} value={load.memory} warnFrom={0.85} />
      </td>
      <td className={`${cell} max-sm:w-full max-sm:pt-1.5`}>
        <ul className="flex flex-wrap gap-x-5 gap-y-1">
          {storageOrder(cluster.storages).map((storage) => (
            <StorageChip key={storage.id} storage={storage} cluster={cluster} state={state} />
          ))}
        </ul>
      </td>
    </tr>
  );
}

const SORTS = ["name", "status", "nodes", "cpu", "memory"] as const;
type Sort = (typeof SORTS)[number];

/** The clusters' ids in an order; of equals by name. What is not measured stands last, whichever way round. */
function ordered(state: PanelState, column: Sort, isDown: boolean): string[] {
  const key = (cluster: ClusterView): number | null => {
    if (column === "status")
      return Math.min(...Object.keys(countWords(cluster, state.live)).map((word) => badness(word as NodeWord)));
    if (column === "nodes") return nodeCount(cluster);
    return column === "name" ? 0 : clusterLoad(cluster, state.live)[column];
  };
  const rows = state.clusters.map((cluster) => ({ cluster, key: key(cluster) }));
  const turn = isDown ? -1 : 1;
  const byName = (a: ClusterView, b: ClusterView) => naturalOrder(a.name, b.name) * (column === "name" ? turn : 1);
  rows.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return (a.key === b.key ? 0 : (a.key - b.key) * turn) || byName(a.cluster, b.cluster);
  });
  return rows.map((row) => row.cluster.id);
}

/** The rows in the order that was asked for, held from then on: nothing moves by itself. */
function ClusterRows({ column, isDown }: { column: Sort; isDown: boolean }) {
  const state = usePanel();
  const clusters = useHeldOrder(state.clusters, () => ordered(state, column, isDown));
  return (
    <tbody className="max-sm:block">
      {clusters.map((cluster) => (
        <ClusterRow key={cluster.id} cluster={cluster} state={state} />
      ))}
    </tbody>
  );
}

/** Clusters as rows; on a phone each row is a card. */
export function ClusterTable() {
  const t = useTranslations("pages.overview.column");
  const { clusters } = usePanel();
  const sort = useSort(SORTS, "name", ["nodes", "cpu", "memory"]);
  const labels = { name: t("cluster"), status: t("status"), nodes: t("nodes"), cpu: t("cpu"), memory: t("memory") };
  return (
    <Pane className="overflow-hidden">
      {clusters.length > 1 ? (
        <div className="border-b border-line px-3.5 py-2 sm:hidden">
          <SortSelect sort={sort} options={SORTS.map((value) => ({ value, label: labels[value] }))} />
        </div>
      ) : null}
      <table className="w-full border-collapse max-sm:block">
        <thead className="bg-sunken max-sm:sr-only">
          <tr>
            <SortHead column="name" sort={sort}>
              {t("cluster")}
            </SortHead>
            <SortHead column="status" sort={sort}>
              {t("status")}
            </SortHead>
            <SortHead column="nodes" sort={sort} right>
              {t("nodes")}
            </SortHead>
            <SortHead column="cpu" sort={sort}>
              {t("cpu")}
            </SortHead>
            <SortHead column="memory" sort={sort}>
              {t("memory")}
            </SortHead>
            <th scope="col" className="px-3.5 py-1 text-left text-s font-medium text-ink-2">
              {t("storages")}
            </th>
          </tr>
        </thead>
        <ClusterRows key={`${sort.column} ${sort.isDown}`} column={sort.column} isDown={sort.isDown} />
      </table>
    </Pane>
  );
}
