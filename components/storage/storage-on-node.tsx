"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import Link from "next/link";
import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { CauseBlock } from "#components/cluster/cause.tsx";
import { RecheckButton } from "#components/cluster/recheck-button.tsx";
import { Age, FiguresAge, STORAGE_STALE_MS, useStaleAge } from "#components/live/age.tsx";
import { Clock } from "#components/text/time.tsx";
import { isStorageWrong } from "#lib/domain/badges.ts";
import { ErrorNotice } from "#components/ui/notice.tsx";
import type { NodeDetails, NodeView, StorageView } from "#lib/domain/dto.ts";
import type { StorageLive } from "#lib/domain/live.ts";
import { visible } from "#lib/domain/visible.ts";
import { detailsQuery } from "#lib/queries/details.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import type { ClientNodeLive } from "#lib/queries/panel.ts";
import { WideCapacity } from "./figures.tsx";
import { StorageStatus } from "./storage-status.tsx";

/** Where nothing is opened its code is not asked for. */
const DetailsView = lazy(() => import("./details-view.tsx"));

interface Props {
  node: NodeView;
  storage: StorageView;
  live: ClientNodeLive | undefined;
  now: number;
  /** Which of the two the page is about: the other one is the heading. */
  title: "node" | "storage";
  /** Details open from the start. */
  open: boolean;
  /** The node's details where the page came with them; else they are asked for once they are opened. */
  first?: NodeDetails;
  /** Leaves out why it is not well: the page says it already. */
  quiet?: boolean;
}

function stateOf(live: ClientNodeLive | undefined, storageId: string): StorageLive | undefined {
  return live?.storages.find((each) => each.storageId === storageId);
}

/** What the check reported, folded; shown only where there is something, as far as that is known. */
function Details({ node, storage, open, first }: Pick<Props, "node" | "storage" | "open" | "first">) {
  const t = useTranslations("pages.storage");
  const [isOpen, setOpen] = useState(open);
  const { data, error, refetch } = useQuery({
    ...detailsQuery(node.id),
    ...(first ? { initialData: first } : {}),
    enabled: isOpen,
  });
  const details = data?.storages[storage.id];
  if (data && !details && open) return null;
  const coming = <p className="px-3.5 pb-3 text-ink-2">{t("detailsComing")}</p>;
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="group border-t border-line">
      <summary className="flex min-h-8 items-center gap-1.5 px-3.5 text-s font-medium text-ink-2 hover:bg-sunken">
        <ChevronDown aria-hidden size={14} className="-rotate-90 group-open:rotate-0" />
        {t("details")}
      </summary>
      {details ? (
        <Suspense fallback={coming}>
          <DetailsView
            details={details}
            place={{ storageId: storage.id, nodeId: node.id, verbs: storage.partsVerbs }}
          />
        </Suspense>
      ) : error ? (
        <ErrorNotice error={errorViewOf(error)} retry={() => void refetch()} />
      ) : data ? (
        <p className="px-3.5 pb-3 text-ink-2">{t("noDetails")}</p>
      ) : (
        coming
      )}
    </details>
  );
}

/** One storage on one node: status, bar, why it is not well, and what its check reported. */
export function StorageOnNode({ node, storage, live, now, title, open, first, quiet = false }: Props) {
  const t = useTranslations("pages.storage");
  const kind = useTranslations("common.kind")(storage.kind);
  const tLife = useTranslations("life");
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
              {storage.isEnabled ? "" : ` · ${tLife("disabled")}`}
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
          <RecheckButton
            nodeId={node.id}
            storageId={storage.id}
            label={tLife("recheckOne", { storage: visible(storage.name), node: visible(node.name) })}
          />
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
      <Details node={node} storage={storage} open={open} first={first} />
    </div>
  );
}
