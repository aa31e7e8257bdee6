"use client";
import { ChevronDown } from "lucide-react";
import Link from "next/link";
import { memo } from "react";
import { useTranslations } from "use-intl";
import { PlainButton } from "#components/ui/button.tsx";
import { useTicking } from "#components/text/time.tsx";
import { MiniBar } from "#components/ui/capacity-bar.tsx";
import { nodeWord } from "#lib/domain/badges.ts";
import { sharesCapacityWith, storagesBefore } from "#lib/domain/cluster-summary.ts";
import type { ClusterView, NodeView, StorageView } from "#lib/domain/dto.ts";
import { isNodeWrong } from "#lib/domain/needs.ts";
import { formatLoad, formatPercent, formatSpan, fractionOf } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";
import type { ClientNodeLive } from "#lib/queries/panel.ts";
import { Why } from "./cause.tsx";
import { NodeStatus, useNodeWord } from "./node-status.tsx";
import { StorageCell } from "./storage-cell.tsx";

const BASE = "px-2.5 align-middle max-sm:block max-sm:px-0 max-sm:py-0.5";
const CELL = `${BASE} py-1`;
/** On a phone the column's head is not seen: each cell says its own. An element less than a label in every cell. */
const LABELLED = "max-sm:before:mr-1.5 max-sm:before:text-ink-2 max-sm:before:content-[attr(data-label)]";

function LastSeen({ live }: { live: ClientNodeLive }) {
  const t = useTranslations("pages.cluster");
  const base = live.figuresAgeMs ?? 0;
  const span = useTicking((now) => formatSpan(base + (live.at === undefined ? 0 : now - live.at)), formatSpan(base));
  return <span className="block text-xs text-ink-2">{t("lastSeen", { span })}</span>;
}

/** Between the cell's edge and its figure; a phone has no room for it. */
const BAR = "mr-2 align-middle max-sm:hidden";

interface Props {
  cluster: ClusterView;
  node: NodeView;
  live: ClientNodeLive | undefined;
  storages: StorageView[];
  open: boolean;
  onToggle: (nodeId: string) => void;
  /** Position in the whole table, for screen readers; rows may be drawn in parts. */
  rowIndex: number;
  now: number;
}

function StatusCell({ node, live, open, onToggle }: Pick<Props, "node" | "live" | "open" | "onToggle">) {
  const t = useTranslations("pages.cluster");
  const word = useNodeWord();
  const asked = isNodeWrong(node, live);
  // What was opened can be closed, also when all is well by then.
  if (!asked && !open) return <NodeStatus node={node} live={live} />;
  return (
    <PlainButton
      aria-expanded={open}
      aria-controls={open ? `why-${node.id}` : undefined}
      aria-label={t("why", { node: visible(node.name), word: word(nodeWord(node, live), live) })}
      onClick={() => onToggle(node.id)}
      className="-mx-1 inline-flex min-h-6 items-center gap-1 rounded-s px-1 text-left hover:bg-sunken"
    >
      <NodeStatus node={node} live={live} />
      <ChevronDown aria-hidden size={14} className={`shrink-0 text-ink-3 ${open ? "rotate-180" : ""}`} />
    </PlainButton>
  );
}

/** A node across all storages of its cluster; opens in place to say why it is not well. On a phone a card. */
export const NodeRow = memo(function NodeRow({ cluster, node, live, storages, open, onToggle, rowIndex, now }: Props) {
  const t = useTranslations("pages.cluster");
  const old = !live || live.health === "unreachable" || live.health === "unknown";
  const figures = old ? null : live.figures;
  const memory = fractionOf(figures?.memoryUsed, figures?.memoryTotal);
  return (
    <>
      <tr
        data-row={node.id}
        aria-rowindex={rowIndex}
        className="border-t border-line max-sm:flex max-sm:flex-wrap max-sm:items-start max-sm:justify-between max-sm:px-3.5 max-sm:py-3"
      >
        <th
          scope="row"
          className={`${BASE} py-0.5 text-left font-normal max-sm:min-w-0 max-sm:flex-1 max-sm:basis-[40%]`}
        >
          <Link
            prefetch={false}
            href={`/nodes/${node.id}`}
            className={`inline-block max-w-full min-w-6 truncate align-top leading-6 font-semibold no-underline hover:underline ${old ? "text-ink-2" : ""}`}
          >
            {visible(node.name)}
          </Link>
          <span className="-mt-0.5 block truncate font-mono text-xs text-ink-2">{visible(node.address)}</span>
        </th>
        <td className={`${CELL} max-sm:basis-[46%] max-sm:text-right`}>
          <StatusCell node={node} live={live} open={open} onToggle={onToggle} />
          {live && old && live.figuresAgeMs !== null ? <LastSeen live={live} /> : null}
        </td>
        <td data-label={t("column.cpu")} className={`${CELL} ${LABELLED} whitespace-nowrap max-sm:basis-[29%]`}>
          <MiniBar fraction={figures?.cpu ?? null} warnFrom={0.9} className={BAR} />
          {formatPercent(figures?.cpu ?? null)}
        </td>
        <td
          data-label={t("column.memory")}
          className={`${CELL} ${LABELLED} whitespace-nowrap max-sm:basis-[29%] max-sm:text-center`}
        >
          <MiniBar fraction={memory} warnFrom={0.85} className={BAR} />
          {formatPercent(memory)}
        </td>
        <td data-label={t("column.load")} className={`${CELL} ${LABELLED} text-right max-sm:basis-[29%]`}>
          {formatLoad(figures?.load1)}
        </td>
        {storages.map((storage) => (
          <td
            key={storage.id}
            data-label={visible(storage.name)}
            className={`${CELL} border-line text-s text-ink-2 sm:border-l max-sm:w-full max-sm:pt-2 max-sm:before:mr-1.5 max-sm:before:font-medium max-sm:before:text-ink max-sm:before:content-[attr(data-label)]`}
          >
            <StorageCell
              storage={storage}
              live={live?.storages.find((each) => each.storageId === storage.id)}
              at={live?.at}
              countedWith={sharesCapacityWith(storage, storagesBefore(storage, storages), live)}
              old={old}
              now={now}
            />
          </td>
        ))}
      </tr>
      {open ? (
        <tr id={`why-${node.id}`} data-more className="max-sm:block">
          <td colSpan={5 + storages.length} className="px-2.5 pt-0.5 pb-3 max-sm:block">
            <Why cluster={cluster} node={node} live={live} now={now} />
          </td>
        </tr>
      ) : null}
    </>
  );
});
