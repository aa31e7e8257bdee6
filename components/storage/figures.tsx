"use client";
import { useTranslations } from "use-intl";
import { useOutlook } from "#components/shell/panel-data.tsx";
import { CapacityBar, FILL } from "#components/ui/capacity-bar.tsx";
import { capacityTone } from "#lib/domain/badges.ts";
import type { StorageFigures } from "#lib/domain/live.ts";
import { formatBytes, formatPercent, fractionOf } from "#lib/domain/units.ts";

function Part({ swatch, word, bytes }: { swatch: string; word: string; bytes: number | null }) {
  return (
    <span className="flex items-center gap-1.5">
      <span aria-hidden className={`size-2.5 rounded-[2px] ${swatch}`} />
      {word} {formatBytes(bytes)}
    </span>
  );
}

interface Props {
  figures: StorageFigures;
  label: string;
  stale: boolean;
  /** Whose thresholds the colours go by; none for a drive, which may well be full. */
  storageId?: string;
}

/** The wide bar with its parts named below. */
export function WideCapacity({ figures, label, stale, storageId }: Props) {
  const t = useTranslations("pages.storage");
  const outlook = useOutlook();
  const calm = storageId === undefined;
  const thresholds = calm ? undefined : outlook.thresholds[storageId];
  const tone = calm ? null : capacityTone(fractionOf(figures.used, figures.size), thresholds);
  return (
    <div>
      <CapacityBar
        label={label}
        size={figures.size}
        used={figures.used}
        allocated={figures.allocated}
        stale={stale}
        thresholds={thresholds}
        calm={calm}
        thick
      />
      <div className="mt-1.5 flex flex-wrap justify-between gap-x-5 gap-y-1 text-s text-ink-2">
        <span className="flex flex-wrap gap-x-5 gap-y-1">
          <Part swatch={FILL[tone ?? "ok"]} word={t("used")} bytes={figures.used} />
          {figures.allocated !== null && figures.allocated !== figures.used ? (
            <Part swatch="bg-cap-allocated" word={t("allocated")} bytes={figures.allocated} />
          ) : null}
          <Part swatch="bg-cap-track" word={t("free")} bytes={figures.free} />
        </span>
        <span>
          {t("usedOf", {
            percent: formatPercent(fractionOf(figures.used, figures.size)),
            size: formatBytes(figures.size),
          })}
        </span>
      </div>
    </div>
  );
}
