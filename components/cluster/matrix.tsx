"use client";
import { Star } from "lucide-react";
import Link from "next/link";
import { useCallback, useMemo, useRef } from "react";
import { useTranslations } from "use-intl";
import { Age, STORAGE_STALE_MS, useStaleAge } from "#components/live/age.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { CapacityBar } from "#components/ui/capacity-bar.tsx";
import { Pane } from "#components/ui/layout.tsx";
import { Button } from "#components/ui/button.tsx";
import { newestLook, storageOrder } from "#lib/domain/cluster-summary.ts";
import type { ClusterView, NodeView, StorageView } from "#lib/domain/dto.ts";
import { formatPercent, formatUsage, fractionOf } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import { MatrixTools } from "./matrix-tools.tsx";
import { NodeRow } from "./node-row.tsx";
import { useMatrixRows } from "./use-matrix-rows.ts";
import { useWindowRows } from "./use-window-rows.ts";

/** The one capacity of a storage that all nodes see. */
function SharedUsage({ storage, cluster }: { storage: StorageView; cluster: ClusterView }) {
  const t = useTranslations("pages.cluster");
  const look = newestLook(storage, cluster, usePanel().live);
  const isStale = useStaleAge(look?.ageMs, look?.at, STORAGE_STALE_MS) !== "";
  if (!look) return <span className="block text-s text-ink-2">{t("notMeasured")}</span>;
  const { size, used, allocated } = look.figures;
  return (
    <span className="block text-s text-ink-2">
      <CapacityBar label={visible(storage.name)} size={size} used={used} allocated={allocated} stale={isStale} />
      <span className="float-right ml-2">{formatPercent(fractionOf(used, size))}</span>
      {formatUsage(used, size)}
      <Age ageMs={look.ageMs} at={look.at} staleMs={STORAGE_STALE_MS} className="block" />
    </span>
  );
}

function StorageHead({ storage, cluster }: { storage: StorageView; cluster: ClusterView }) {
  const t = useTranslations("pages.cluster");
  const kind = useTranslations("common.kind")(storage.kind);
  const disabled = useTranslations("life")("disabled");
  return (
    <th scope="col" className="border-l border-line px-2.5 py-2 text-left align-bottom font-normal">
      <span className="flex flex-wrap items-center gap-x-1.5">
        <span className="flex max-w-full min-w-0 items-center gap-1.5">
          {storage.isMain ? <Star aria-hidden size={14} className="shrink-0" /> : null}
          <Link
            prefetch={false}
            href={`/storages/${storage.id}`}
            className="inline-flex min-h-6 min-w-6 items-center font-semibold no-underline hover:underline"
          >
            <span className="truncate">{visible(storage.name)}</span>
          </Link>
        </span>
        <span className="text-s whitespace-nowrap text-ink-2">
          {kind}
          {storage.isMain ? ` · ${t("main")}` : ""}
          {storage.isEnabled ? "" : ` · ${disabled}`}
        </span>
      </span>
      {storage.shared ? (
        <SharedUsage storage={storage} cluster={cluster} />
      ) : (
        <span className="block text-s text-ink-2">{t("perNode")}</span>
      )}
    </th>
  );
}

function Head({ storages, cluster }: { storages: StorageView[]; cluster: ClusterView }) {
  const t = useTranslations("pages.cluster.column");
  const head = "px-2.5 py-2 text-left align-bottom text-s font-medium text-ink-2";
  return (
    <thead className="bg-sunken max-sm:sr-only">
      <tr aria-rowindex={1}>
        <th scope="col" className={`${head} w-40`}>
          {t("node")}
        </th>
        <th scope="col" className={`${head} w-46`}>
          {t("status")}
        </th>
        <th scope="col" className={`${head} w-26`}>
          {t("cpu")}
        </th>
        <th scope="col" className={`${head} w-26`}>
          {t("memory")}
        </th>
        <th scope="col" className={`${head} w-16 text-right`}>
          {t("load")}
        </th>
        {storages.map((storage) => (
          <StorageHead key={storage.id} storage={storage} cluster={cluster} />
        ))}
      </tr>
    </thead>
  );
}

/** The rows near the screen; those above and below are one empty row each, as high as they are. */
function Body({
  cluster,
  storages,
  shown,
  missing,
  why,
  onToggle,
}: {
  cluster: ClusterView;
  storages: StorageView[];
  shown: NodeView[];
  /** How many more rows are yet to come. */
  missing: number;
  why: string | null;
  onToggle: (nodeId: string) => void;
}) {
  const state = usePanel();
  const body = useRef<HTMLTableSectionElement>(null);
  const ids = useMemo(() => shown.map((node) => node.id), [shown]);
  const parts = useWindowRows(body, ids, { missing });
  return (
    <tbody ref={body} className="max-sm:block">
      {parts.flatMap((part) =>
        "key" in part
          ? [
              <tr key={part.key} aria-hidden className="max-sm:block" style={{ height: part.height }}>
                <td colSpan={5 + storages.length} className="p-0" />
              </tr>,
            ]
          : shown
              .slice(part.from, part.to)
              .map((node, offset) => (
                <NodeRow
                  key={node.id}
                  cluster={cluster}
                  node={node}
                  live={state.live[node.id]}
                  storages={storages}
                  open={why === node.id}
                  onToggle={onToggle}
                  rowIndex={part.from + offset + 2}
                  now={state.sentAt}
                />
              )),
      )}
    </tbody>
  );
}

/** Nodes × storages: what is wrong is seen from across the room. A real table; of a long one the rows near the screen are drawn. */
export function Matrix({ cluster }: { cluster: ClusterView }) {
  const t = useTranslations("pages.cluster");
  const state = usePanel();
  const [address, setAddress] = useAddress();
  const storages = useMemo(() => storageOrder(cluster.storages), [cluster.storages]);
  const rows = useMatrixRows(cluster, state.live, address.get("q") ?? "", address.get("wrong") === "1");
  const why = address.get("why");
  const toggle = useCallback(
    (nodeId: string) =>
      setAddress({ why: new URLSearchParams(window.location.search).get("why") === nodeId ? null : nodeId }),
    [setAddress],
  );
  return (
    <>
      <MatrixTools rows={rows} />
      {rows.shown.length === 0 ? (
        <Pane className="flex flex-wrap items-center gap-3 px-3.5 py-4">
          <p>{address.get("wrong") === "1" && !address.get("q") ? t("nothingWrong") : t("noMatch")}</p>
          <Button small onClick={() => setAddress({ q: null, wrong: null })}>
            {t("showAll")}
          </Button>
        </Pane>
      ) : (
        <Pane className="overflow-x-auto">
          <table
            aria-label={t("matrix")}
            aria-rowcount={rows.count + 1}
            className="w-full table-fixed border-collapse max-sm:block sm:min-w-(--matrix-min)"
            style={{ "--matrix-min": `${632 + storages.length * 150}px` } as React.CSSProperties}
          >
            <Head storages={storages} cluster={cluster} />
            <Body
              cluster={cluster}
              storages={storages}
              shown={rows.shown}
              missing={rows.count - rows.shown.length}
              why={why}
              onToggle={toggle}
            />
          </table>
        </Pane>
      )}
    </>
  );
}
