"use client";
import { Star } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { CapacityBar, MiniBar } from "#components/ui/capacity-bar.tsx";
import { Pane } from "#components/ui/layout.tsx";
import { Tag } from "#components/ui/status.tsx";
import { addedCapacity, clusterLoad } from "#lib/domain/cluster-summary.ts";
import type { ClusterView, StorageView } from "#lib/domain/dto.ts";
import { formatPercent, fractionOf, naturalOrder } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import type { PanelState } from "#lib/queries/panel.ts";
import { ClusterStatus } from "./cluster-status.tsx";

/** The main storage first, then by name. */
export function storageOrder(storages: readonly StorageView[]): StorageView[] {
  return [...storages].sort((a, b) => Number(b.isMain) - Number(a.isMain) || naturalOrder(a.name, b.name));
}

function StorageChip({ storage, cluster, state }: { storage: StorageView; cluster: ClusterView; state: PanelState }) {
  const t = useTranslations("pages.overview");
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
        {cluster.nodes.length}
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

/** Clusters as rows; on a phone each row is a card. */
export function ClusterTable() {
  const t = useTranslations("pages.overview.column");
  const state = usePanel();
  const clusters = [...state.clusters].sort((a, b) => naturalOrder(a.name, b.name));
  const head = "px-3.5 py-2 text-left text-s font-medium text-ink-2";
  return (
    <Pane className="overflow-hidden">
      <table className="w-full border-collapse max-sm:block">
        <thead className="bg-sunken max-sm:sr-only">
          <tr>
            <th scope="col" className={head}>
              {t("cluster")}
            </th>
            <th scope="col" className={head}>
              {t("status")}
            </th>
            <th scope="col" className={`${head} text-right`}>
              {t("nodes")}
            </th>
            <th scope="col" className={head}>
              {t("cpu")}
            </th>
            <th scope="col" className={head}>
              {t("memory")}
            </th>
            <th scope="col" className={head}>
              {t("storages")}
            </th>
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {clusters.map((cluster) => (
            <ClusterRow key={cluster.id} cluster={cluster} state={state} />
          ))}
        </tbody>
      </table>
    </Pane>
  );
}
