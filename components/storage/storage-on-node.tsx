"use client";
import { ChevronDown } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { CauseBlock } from "#components/cluster/cause.tsx";
import { Age, FiguresAge, STORAGE_STALE_MS, useStaleAge } from "#components/live/age.tsx";
import { Clock } from "#components/text/time.tsx";
import { isStorageWrong } from "#lib/domain/badges.ts";
import type { NodeView, StorageView } from "#lib/domain/dto.ts";
import type { StorageLive } from "#lib/domain/live.ts";
import { visible } from "#lib/domain/visible.ts";
import type { ClientNodeLive } from "#lib/queries/panel.ts";
import { DetailsView } from "./details-view.tsx";
import { WideCapacity } from "./figures.tsx";
import { StorageStatus } from "./storage-status.tsx";

interface Props {
  node: NodeView;
  storage: StorageView;
  live: ClientNodeLive | undefined;
  now: number;
  /** Which of the two the page is about: the other one is the heading. */
  title: "node" | "storage";
  /** Details open from the start. */
  open: boolean;
  /** Leaves out why it is not well: the page says it already. */
  quiet?: boolean;
}

function stateOf(live: ClientNodeLive | undefined, storageId: string): StorageLive | undefined {
  return live?.storages.find((each) => each.storageId === storageId);
}

/** One storage on one node: status, bar, why it is not well, and what its check reported. */
export function StorageOnNode({ node, storage, live, now, title, open, quiet = false }: Props) {
  const t = useTranslations("pages.storage");
  const kind = useTranslations("common.kind")(storage.kind);
  const state = stateOf(live, storage.id);
  const isOld = !live || live.health === "unreachable" || live.health === "unknown";
  const stale = useStaleAge(state?.figuresAgeMs, live?.at, STORAGE_STALE_MS) !== "" || isOld;
  const href = title === "node" ? `/nodes/${node.id}` : `/storages/${storage.id}`;
  return (
    <div className="border-line not-first:border-t">
      <div className="space-y-2.5 px-3.5 py-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h3 className="font-semibold">
            <Link
              prefetch={false}
              href={href}
              className="inline-flex min-h-6 min-w-6 items-center break-all no-underline hover:underline"
            >
              {visible(title === "node" ? node.name : storage.name)}
            </Link>
          </h3>
          {title === "storage" ? (
            <span className="text-s text-ink-2">
              {kind}
              {storage.isMain ? ` · ${t("main")}` : ""}
            </span>
          ) : null}
          <StorageStatus live={state} />
          {state?.since && state.status !== "ok" ? (
            <span className="text-s text-ink-2">
              {t.rich("since", { at: () => <Clock iso={state.since ?? ""} now={now} /> })}
            </span>
          ) : null}
          <span className="ml-auto text-s text-ink-2">
            {stale ? (
              <Age ageMs={state?.figuresAgeMs} at={live?.at} staleMs={STORAGE_STALE_MS} />
            ) : (
              <FiguresAge ageMs={state?.figuresAgeMs} at={live?.at} />
            )}
          </span>
        </div>
        {!quiet && state && isStorageWrong(state) && state.cause ? (
          <div
            className={`space-y-2 rounded-m border border-l-[3px] px-3.5 py-3 ${state.status === "lost" ? "border-bad-mark bg-bad-soft" : "border-warn-mark bg-warn-soft"}`}
          >
            <CauseBlock cause={state.cause} node={node.name} />
          </div>
        ) : null}
        {state?.figures ? (
          <WideCapacity
            figures={state.figures}
            label={visible(`${storage.name}, ${node.name}`)}
            stale={stale}
            storageId={storage.id}
          />
        ) : (
          <p className="text-ink-2">{t("notMeasured")}</p>
        )}
      </div>
      {state?.details ? (
        <details open={open} className="group border-t border-line">
          <summary className="flex min-h-8 items-center gap-1.5 px-3.5 text-s font-medium text-ink-2 hover:bg-sunken">
            <ChevronDown aria-hidden size={14} className="-rotate-90 group-open:rotate-0" />
            {t("details")}
          </summary>
          <DetailsView details={state.details} />
        </details>
      ) : null}
    </div>
  );
}
