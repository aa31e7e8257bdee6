"use client";
import { useTranslations } from "use-intl";
import { type Tone, capacityTone } from "#lib/domain/badges.ts";
import { formatBytes, formatPercent, formatUsage, fractionOf } from "#lib/domain/units.ts";

export const FILL: Record<Tone, string> = {
  ok: "bg-cap-used",
  busy: "bg-busy-mark",
  unknown: "bg-unknown-mark",
  warn: "bg-warn-mark",
  bad: "bg-bad-mark",
};

const width = (fraction: number | null) => ({ width: `${((fraction ?? 0) * 100).toFixed(2)}%` });

export interface Capacity {
  size: number | null;
  used: number | null;
  /** Promised to drives; drawn beyond what is used. */
  allocated?: number | null;
  /** Kept free on purpose; drawn at the end, hatched. */
  reserve?: number | null;
}

interface Props extends Capacity {
  /** What the capacity is of; read out before the figures. */
  label: string;
  /** No longer fresh: drawn faint. */
  stale?: boolean;
  thick?: boolean;
  /** Full is nothing to worry about: never amber or red. */
  calm?: boolean;
}

/** The one capacity bar: used, allocated and reserve on the scale of the physical size, the figures on hover and for screen readers. */
export function CapacityBar({
  size,
  used,
  allocated = null,
  reserve = null,
  label,
  stale = false,
  thick = false,
  calm = false,
}: Props) {
  const t = useTranslations("common");
  const fraction = fractionOf(used, size);
  const promised = fractionOf(allocated, size);
  const said = [
    label,
    fraction === null
      ? t("capacityUnknown")
      : t("capacityUsed", { usage: formatUsage(used, size), percent: formatPercent(fraction) }),
    ...(allocated === null ? [] : [t("capacityAllocated", { bytes: formatBytes(allocated) })]),
    ...(reserve === null ? [] : [t("capacityReserve", { bytes: formatBytes(reserve) })]),
  ].join(", ");
  return (
    <span
      role="img"
      aria-label={said}
      title={said}
      className={`bar relative block w-full overflow-hidden rounded-s bg-cap-track ${thick ? "h-3" : "h-1.5"} ${stale ? "opacity-50" : ""}`}
    >
      {promised !== null && promised > (fraction ?? 0) ? (
        <span className="absolute inset-y-0 left-0 bg-cap-allocated" style={width(promised)} />
      ) : null}
      <span
        className={`absolute inset-y-0 left-0 ${FILL[(calm ? null : capacityTone(fraction)) ?? "ok"]}`}
        style={width(fraction)}
      />
      {reserve === null ? null : (
        <span className="hatched absolute inset-y-0 right-0" style={width(fractionOf(reserve, size))} />
      )}
    </span>
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
