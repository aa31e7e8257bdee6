"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { T } from "#components/text/t.tsx";
import { Clock } from "#components/text/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { CommandOutput } from "#components/ui/code.tsx";
import { Pane } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { Status } from "#components/ui/status.tsx";
import { HEALTH_TONE, STORAGE_TONE } from "#lib/domain/badges.ts";
import {
  HISTORY_MOST,
  HISTORY_PAGE,
  type HistoryChange,
  type HistoryDeed,
  type HistoryEntry,
  type NodeHistory as History,
} from "#lib/domain/dto.ts";
import type { NodeHealth, StorageStatus } from "#lib/domain/live.ts";
import { visible } from "#lib/domain/visible.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { historyQuery } from "#lib/queries/history.ts";

function Word({ change, which }: { change: HistoryChange; which: "from" | "to" }) {
  const t = useTranslations("common");
  const value = change[which];
  return change.storageId === null ? (
    <Status tone={HEALTH_TONE[value as NodeHealth]}>{t(`node.${value as NodeHealth}`)}</Status>
  ) : (
    <Status tone={STORAGE_TONE[value as StorageStatus]}>{t(`storage.${value as StorageStatus}`)}</Status>
  );
}

function Entry({ at, now, children }: { at: string; now: number; children: ReactNode }) {
  return (
    <li className="grid gap-x-4 gap-y-1 border-line px-3.5 py-2 not-first:border-t sm:grid-cols-[7rem_minmax(0,1fr)]">
      <span className="text-ink-2">
        <Clock iso={at} now={now} />
      </span>
      {children}
    </li>
  );
}

function Change({ change, node, now }: { change: HistoryChange; node: string; now: number }) {
  const t = useTranslations("pages.node");
  const reason = change.reason ?? change.cause?.reason;
  // The node's own change of the same moment says why in its words; command and output stand with the storage's.
  const cause = change.storageId === null ? null : change.cause;
  return (
    <Entry at={change.at} now={now}>
      <div className="min-w-0 space-y-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <span className="font-medium break-all">
            {change.storageId === null
              ? t("historyNode")
              : t("historyStorage", { name: visible(change.storage ?? change.storageId) })}
          </span>
          <Word change={change} which="from" />
          <ArrowRight role="img" aria-label={t("historyTo")} size={14} className="text-ink-3" />
          <Word change={change} which="to" />
        </p>
        {reason ? (
          <p className="break-words text-ink-2">
            <T text={reason} />
          </p>
        ) : null}
        {cause?.command ? (
          <details>
            <summary className="min-h-6 w-fit text-s leading-6 font-medium text-ink-2">{t("historyOutput")}</summary>
            <CommandOutput host={visible(node)} command={cause.command} output={cause.output} />
          </details>
        ) : null}
      </div>
    </Entry>
  );
}

/** What somebody did, in one line. */
function Deed({ deed, now }: { deed: HistoryDeed; now: number }) {
  const t = useTranslations("pages.node");
  return (
    <Entry at={deed.at} now={now}>
      <p className="min-w-0 break-words">
        <T text={deed.text} /> <span className="text-ink-2">{t("historyBy", { who: visible(deed.who) })}</span>
      </p>
    </Entry>
  );
}

const keyOf = (entry: HistoryEntry) =>
  entry.kind === "deed" ? `${entry.at}-${entry.text.key}` : `${entry.at}-${entry.storageId}-${entry.from}-${entry.to}`;

/** What became of the node and its storages, and what was done to it, newest first; grows by itself when something changes. */
export function NodeHistory({
  nodeId,
  name,
  now,
  initial,
}: {
  nodeId: string;
  name: string;
  now: number;
  initial: History;
}) {
  const t = useTranslations("pages.node");
  const [limit, setLimit] = useState(HISTORY_PAGE);
  const query = useQuery({
    ...historyQuery(nodeId, limit),
    initialData: limit === HISTORY_PAGE ? initial : undefined,
  });
  const { entries, hasMore } = query.data ?? initial;
  return (
    <>
      {query.error ? <ErrorNotice error={errorViewOf(query.error)} retry={() => void query.refetch()} /> : null}
      {entries.length === 0 ? (
        <p className="text-ink-2">{t("historyNone")}</p>
      ) : (
        <Pane>
          <ol>
            {entries.map((entry) =>
              entry.kind === "deed" ? (
                <Deed key={keyOf(entry)} deed={entry} now={now} />
              ) : (
                <Change key={keyOf(entry)} change={entry} node={name} now={now} />
              ),
            )}
          </ol>
        </Pane>
      )}
      {hasMore && limit < HISTORY_MOST ? (
        <Button
          small
          className="mt-2"
          busy={query.isPlaceholderData}
          onClick={() => setLimit(Math.min(HISTORY_MOST, limit + HISTORY_PAGE * 4))}
        >
          {t("historyOlder")}
        </Button>
      ) : null}
      {hasMore && limit >= HISTORY_MOST ? (
        <p className="mt-2 text-s text-ink-2">{t("historyMost", { count: HISTORY_MOST })}</p>
      ) : null}
    </>
  );
}
