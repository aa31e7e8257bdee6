"use client";
import { useTranslations } from "use-intl";
import { type Tone, capacityTone } from "#lib/domain/badges.ts";
import { type Capacity, capacityParts, overcommitted } from "#lib/domain/capacity.ts";
import { formatBytes, formatPercent, formatUsage, fractionOf } from "#lib/domain/units.ts";
import type { Thresholds } from "#lib/domain/usage.ts";

export const FILL: Record<Tone, string> = {
  ok: "bg-cap-used",
  busy: "bg-busy-mark",
  unknown: "bg-unknown-mark",
  warn: "bg-warn-mark",
  bad: "bg-bad-mark",
};

const percent = (fraction: number) => `${(fraction * 100).toFixed(2)}%`;
const width = (fraction: number | null) => ({ width: percent(fraction ?? 0) });

interface Props extends Capacity {
  /** What the capacity is of; read out before the figures. */
  label: string;
  /** No longer fresh: drawn faint. */
  stale?: boolean;
  thick?: boolean;
  /** Full is nothing to worry about: never amber or red. */
  calm?: boolean;
  thresholds?: Thresholds;
}

/** A capacity in words: every figure that the bar draws. */
export function useCapacityWords(): (label: string, capacity: Capacity) => string {
  const t = useTranslations("common");
  return (label, capacity) => {
    const { size, used, allocated, reserve, limit } = capacity;
    const fraction = fractionOf(used, size);
    const over = overcommitted(capacity);
    return [
      label,
      fraction === null
        ? t("capacityUnknown")
        : t("capacityUsed", { usage: formatUsage(used, size), percent: formatPercent(fraction) }),
      ...(allocated == null ? [] : [t("capacityAllocated", { bytes: formatBytes(allocated) })]),
      ...(over === null ? [] : [t("capacityOver", { bytes: formatBytes(over) })]),
      ...(reserve == null ? [] : [t("capacityReserve", { bytes: formatBytes(reserve) })]),
      ...(limit == null ? [] : [t("capacityLimit", { bytes: formatBytes(limit) })]),
    ].join(", ");
  };
}

/**
 * The one capacity bar: physical size, used, allocated, reserve and limit on one scale, the figures on hover and for
 * screen readers. Where more is promised than there is, the size ends before the bar does.
 */
export function CapacityBar({ label, stale = false, thick = false, calm = false, thresholds, ...capacity }: Props) {
  const said = useCapacityWords()(label, capacity);
  const parts = capacityParts(capacity);
  const tone = calm ? null : capacityTone(fractionOf(capacity.used, capacity.size), thresholds);
  const part = "absolute inset-y-0 left-0";
  return (
    <span
      role="img"
      aria-label={said}
      title={said}
      className={`bar relative block w-full overflow-hidden rounded-s ${thick ? "h-3" : "h-1.5"} ${stale ? "opacity-50" : ""} ${parts && parts.size < 1 ? "beyond" : "bg-cap-track"}`}
    >
      {parts ? (
        <>
          {parts.size < 1 ? <span className={`${part} bg-cap-track`} style={width(parts.size)} /> : null}
          {parts.allocated > parts.used ? (
            <span className={`${part} bg-cap-allocated`} style={width(parts.allocated)} />
          ) : null}
          <span className={`${part} ${FILL[tone ?? "ok"]}`} style={width(parts.used)} />
          {parts.reserve ? (
            <span
              className="hatched absolute inset-y-0"
              style={{ left: percent(parts.reserve.from), width: percent(parts.reserve.to - parts.reserve.from) }}
            />
          ) : null}
          {parts.size < 1 ? <Mark at={parts.size} className="bg-ink" /> : null}
          {parts.limit !== null ? <Mark at={parts.limit} className="bg-bad-mark" /> : null}
        </>
      ) : null}
    </span>
  );
}

/** A line across the bar, whole also at its end. */
function Mark({ at, className }: { at: number; className: string }) {
  return (
    <span className={`absolute inset-y-0 w-0.5 ${className}`} style={{ left: `calc(${percent(at)} - ${at * 2}px)` }} />
  );
}

/** A short bar beside a percentage, for CPU and memory. Decoration: the figure stands next to it. */
export function MiniBar({
  fraction,
  warnFrom = 1.1,
  wide = false,
  className = "",
}: {
  fraction: number | null;
  warnFrom?: number;
  wide?: boolean;
  className?: string;
}) {
  const tone: Tone = fraction !== null && fraction >= warnFrom ? "warn" : "ok";
  return (
    <span
      aria-hidden
      className={`bar relative inline-block h-1 shrink-0 overflow-hidden rounded-s bg-cap-track ${wide ? "w-24" : "w-8"} ${className}`}
    >
      <span
        className={`absolute inset-y-0 left-0 ${FILL[tone]}`}
        style={width(fraction === null ? null : Math.min(1, fraction))}
      />
    </span>
  );
}

/** Progress of a task. */
export function ProgressBar({ done, total, label }: { done: number; total: number; label: string }) {
  return (
    <span
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done}
      className="bar relative inline-block h-1 w-24 shrink-0 overflow-hidden rounded-s bg-cap-track"
    >
      <span className="absolute inset-y-0 left-0 bg-busy-mark" style={width(total > 0 ? done / total : 0)} />
    </span>
  );
}
