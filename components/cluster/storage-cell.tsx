"use client";
import { useTranslations } from "use-intl";
import { Age, STORAGE_STALE_MS, useStaleAge } from "#components/live/age.tsx";
import { StorageStatus } from "#components/storage/storage-status.tsx";
import { storageWord } from "#lib/domain/badges.ts";
import { Clock } from "#components/text/time.tsx";
import { CapacityBar } from "#components/ui/capacity-bar.tsx";
import type { StorageView } from "#lib/domain/dto.ts";
import type { StorageLive } from "#lib/domain/live.ts";
import { formatPercent, formatUsage, fractionOf } from "#lib/domain/units.ts";
import { visible } from "#lib/domain/visible.ts";

interface Props {
  storage: StorageView;
  live: StorageLive | undefined;
  /** The browser's clock when the ages in `live` were true. */
  at: number | undefined;
  /** The storage of this node that its capacity is counted with; null where it has its own. */
  countedWith: StorageView | null;
  /** The node does not answer: its figures are the last known ones. */
  old: boolean;
  now: number;
}

/** One storage on one node: a small bar with its figures, and the status where it is not simply ok; of one that all nodes see the status alone. */
export function StorageCell({ storage, live, at, countedWith, old, now }: Props) {
  const t = useTranslations("pages.cluster");
  const stale = useStaleAge(live?.figuresAgeMs, at, STORAGE_STALE_MS) !== "" || old;
  const word = storageWord(live);
  const figures = live?.figures;
  const lost = word === "lost";
  const status =
    word === "ok" ? null : (
      <span className="flex flex-wrap items-baseline gap-x-1.5">
        <StorageStatus live={live} />
        {live?.since && word !== "unknown" ? (
          <span className="text-xs text-ink-2">
            {t.rich("since", { at: () => <Clock iso={live.since ?? ""} now={now} /> })}
          </span>
        ) : null}
      </span>
    );
  if (!figures || figures.size === null || lost) return status ?? t("notMeasured");
  return (
    <>
      {storage.shared ? (
        word === "ok" && <StorageStatus live={live} />
      ) : countedWith ? (
        <span className="block break-words">{t("countedWith", { name: visible(countedWith.name) })}</span>
      ) : (
        <>
          <CapacityBar
            label={visible(storage.name)}
            size={figures.size}
            used={figures.used}
            allocated={figures.allocated}
            stale={stale}
          />
          <span className="float-right ml-2">{formatPercent(fractionOf(figures.used, figures.size))}</span>
          {formatUsage(figures.used, figures.size)}
        </>
      )}
      {old && word === "unknown" ? null : status}
      {stale ? <Age ageMs={live?.figuresAgeMs} at={at} className="block" /> : null}
    </>
  );
}
