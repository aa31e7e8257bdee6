"use client";
import { useEffect, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatBytes, formatPercent, fractionOf } from "#lib/domain/units.ts";
import { type StorageUsage, type UsagePoint, withGaps } from "#lib/domain/usage.ts";

const HEIGHT = 176;

/** Resolves a colour of the page as it is now: light, dark, or as the system has it. */
function colours(inside: HTMLElement): (name: string) => string {
  const probe = document.createElement("span");
  inside.append(probe);
  return (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
}

const AXIS_TIME = {
  day: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  week: { day: "numeric", month: "short" },
  quarter: { day: "numeric", month: "short" },
  years: { month: "short", year: "numeric" },
} as const;

type Column = (number | null)[];

/** The columns that are drawn: time in seconds, size, and the least, the mean and the most of what was used. */
function columnsOf({ points, span }: StorageUsage): [number[], ...Column[]] {
  const shown = withGaps(points, span);
  const column = (pick: (point: UsagePoint) => number | null): Column =>
    shown.map((point) => ("gap" in point ? null : pick(point)));
  return [
    shown.map((point) => point.at / 1000),
    column((point) => point.max),
    column((point) => point.min),
    column((point) => point.allocated),
    column((point) => point.avg),
    column((point) => point.size),
  ];
}

/** Whole steps of a binary unit, so that the marks are round. */
function byteSteps(_: uPlot, __: number, ___: number, max: number): number[] {
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, max)) / 10));
  const raw = max / unit / 4;
  const step = [0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500].find((each) => each >= raw) ?? 1000;
  return Array.from({ length: Math.floor(max / (step * unit)) + 1 }, (_step, index) => index * step * unit);
}

interface Look {
  width: number;
  colour: (name: string) => string;
  font: string;
  /** A mark of the time axis in words. */
  sayTime: (at: Date) => string;
}

function optionsOf(usage: StorageUsage, { width, colour, font, sayTime }: Look): uPlot.Options {
  const { warning, critical } = usage.thresholds;
  const largest = Math.max(1, ...usage.points.map((point) => point.size));
  const first = usage.points[0]?.at ?? usage.now;
  const axis = {
    stroke: () => colour("ink-3"),
    font: `11.5px ${font}`,
    grid: { stroke: () => colour("line"), width: 1 },
  };
  const mark = (share: number, name: string) => (u: uPlot) => {
    const y = Math.round(u.valToPos(largest * share, "y", true));
    u.ctx.save();
    u.ctx.strokeStyle = colour(name);
    u.ctx.setLineDash([4, 4]);
    u.ctx.beginPath();
    u.ctx.moveTo(u.bbox.left, y);
    u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
    u.ctx.stroke();
    u.ctx.restore();
  };
  return {
    ...{ width, height: HEIGHT },
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: { x: { time: true, range: [first / 1000, usage.now / 1000] }, y: { range: [0, largest * 1.04] } },
    axes: [
      { ...axis, space: 70, size: 28, values: (_, values) => values.map((value) => sayTime(new Date(value * 1000))) },
      { ...axis, size: 62, splits: byteSteps, values: (_, values) => values.map((value) => formatBytes(value)) },
    ],
    series: [
      {},
      { stroke: "transparent", points: { show: false } },
      { stroke: "transparent", points: { show: false } },
      { stroke: () => colour("unknown-mark"), dash: [2, 3], width: 1.5, points: { show: false } },
      { stroke: () => colour("cap-used"), width: 2, points: { show: false } },
      { stroke: () => colour("ink-3"), width: 1, points: { show: false } },
    ],
    bands: [{ series: [1, 2], fill: () => colour("cap-allocated") }],
    hooks: { draw: [mark(warning, "warn-mark"), mark(critical, "bad-mark")] },
  };
}

/** The point under the pointer, in words. */
function useReadout(): (point: UsagePoint | undefined) => string {
  const t = useTranslations("capacity");
  const format = useFormatter();
  return (point) => {
    if (!point) return "";
    const at = format.dateTime(new Date(point.at), {
      ...{ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
      hourCycle: "h23",
    });
    const share = formatPercent(fractionOf(point.avg, point.size));
    const promised = point.allocated === null ? "" : ` · ${t("series.allocated")} ${formatBytes(point.allocated)}`;
    return `${at} · ${t("series.used")} ${formatBytes(point.avg)} (${share})${promised}`;
  };
}

/** What each line is. */
const KEYS = [
  { name: "used", line: "border-cap-used" },
  { name: "allocated", line: "border-dotted border-unknown-mark" },
  { name: "size", line: "border-ink-3" },
  { name: "warning", line: "border-dashed border-warn-mark" },
  { name: "critical", line: "border-dashed border-bad-mark" },
] as const;

/** The line of a storage's use. What it says in words is its label; the point under the pointer is told below. */
export default function UsageChart({ usage, label }: { usage: StorageUsage; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const t = useTranslations("capacity");
  const readout = useReadout();
  const format = useFormatter();
  // biome-ignore lint/correctness/useExhaustiveDependencies: words of the catalogue's language and zone, which stay
  useEffect(() => {
    const sayTime = (at: Date) => format.dateTime(at, AXIS_TIME[usage.range]);
    const it = box.current;
    if (!it) return;
    const font = getComputedStyle(it).fontFamily;
    const options = optionsOf(usage, { width: it.clientWidth, colour: colours(it), font, sayTime });
    const shown = withGaps(usage.points, usage.span);
    const onPointer = (u: uPlot) => {
      const point = u.cursor.idx == null ? undefined : shown[u.cursor.idx];
      setPointed(point && !("gap" in point) ? point.at : null);
    };
    const plot = new uPlot({ ...options, hooks: { ...options.hooks, setCursor: [onPointer] } }, columnsOf(usage), it);
    const sized = new ResizeObserver(() => plot.setSize({ width: it.clientWidth, height: HEIGHT }));
    sized.observe(it);
    const redraw = () => plot.redraw(false, true);
    const scheme = window.matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", redraw);
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributeFilter: ["class"] });
    return () => {
      sized.disconnect();
      theme.disconnect();
      scheme.removeEventListener("change", redraw);
      plot.destroy();
      it.replaceChildren();
    };
  }, [usage]);
  return (
    <div>
      <div ref={box} role="img" aria-label={label} className="growth min-h-44 overflow-hidden" />
      <p aria-hidden className="flex flex-wrap gap-x-4 gap-y-0.5 text-s text-ink-2">
        {KEYS.map(({ name, line }) => (
          <span key={name} className="inline-flex items-center gap-1.5">
            <span className={`w-4 border-t-2 ${line}`} />
            {t(`series.${name}`)}
          </span>
        ))}
      </p>
      <p aria-hidden className="min-h-5 text-s text-ink-2">
        {readout(usage.points.find((point) => point.at === pointed))}
      </p>
    </div>
  );
}
