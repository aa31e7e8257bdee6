/** Figures for people: bytes, fractions and spans of time. Unknown (`null`) is an en dash, never a zero. */

export const UNKNOWN = "–";

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** Index of the unit in which `bytes` has at most three digits before the point. */
function unitIndex(bytes: number): number {
  let index = 0;
  let value = Math.abs(bytes);
  // 999.5 would be shown as 1000: the next unit says it in three digits.
  while (value >= 999.5 && index < BYTE_UNITS.length - 1) {
    value /= 1024;
    index += 1;
  }
  return index;
}

/** Three significant digits: 1.75, 46.1, 894; a whole number of bytes stays whole. */
function threeDigits(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}

function inUnit(bytes: number, index: number): string {
  return index === 0 ? bytes.toFixed(0) : threeDigits(bytes / 1024 ** index);
}

/** `1.75 TiB`, `894 GiB`, `0 B`; an en dash for what is not known. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return UNKNOWN;
  const index = unitIndex(bytes);
  return `${inUnit(bytes, index)} ${BYTE_UNITS[index]}`;
}

/** Below this share of the size's unit a figure is said in its own unit: `0.00` would hide that something is there. */
const SMALL = 0.01;

/** `0.91 / 1.75 TiB`: both in the unit of the size, so that they can be compared at a glance; `1.43 MiB / 3.86 GiB` where that would say nothing. */
export function formatUsage(used: number | null | undefined, size: number | null | undefined): string {
  if (size === null || size === undefined || !Number.isFinite(size)) return formatBytes(used);
  const index = unitIndex(size);
  const isSmall = used !== null && used !== undefined && used > 0 && used / 1024 ** index < SMALL;
  if (isSmall) return `${formatBytes(used)} / ${formatBytes(size)}`;
  const part = used === null || used === undefined ? UNKNOWN : inUnit(used, index);
  return `${part} / ${inUnit(size, index)} ${BYTE_UNITS[index]}`;
}

/** A fraction 0..1 as whole percent with a thin space: `72 %`. What is not full is never rounded up to 100. */
export function formatPercent(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return UNKNOWN;
  const percent = fraction < 1 && fraction >= 0.995 ? 99 : Math.round(fraction * 100);
  return `${percent}\u2009%`;
}

/** used / size as a fraction in 0..1, or null where one of them is not known or the size is 0. */
export function fractionOf(used: number | null | undefined, size: number | null | undefined): number | null {
  if (used === null || used === undefined || size === null || size === undefined || size <= 0) return null;
  return Math.min(1, Math.max(0, used / size));
}

/** A load average with three significant digits: `0.11`, `14.3`, `120`. */
export function formatLoad(load: number | null | undefined): string {
  return load === null || load === undefined || !Number.isFinite(load)
    ? UNKNOWN
    : threeDigits(load) === "0"
      ? "0.00"
      : threeDigits(load);
}

const SPANS: readonly [seconds: number, word: string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** A span in its largest whole unit: `9 min`, `3 h`, `12 d`; below a second `0 s`. */
export function formatSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  for (const [size, word] of SPANS) {
    if (seconds >= size) return `${Math.floor(seconds / size)}\u2009${word}`;
  }
  return "0\u2009s";
}

/** A span in its two largest units, for uptimes: `12 d 4 h`, `3 h 20 min`, `48 s`. */
export function formatLongSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const index = SPANS.findIndex(([size]) => seconds >= size);
  const first = SPANS[index];
  if (!first) return "0\u2009s";
  const head = `${Math.floor(seconds / first[0])}\u2009${first[1]}`;
  const second = SPANS[index + 1];
  const rest = seconds % first[0];
  return second && rest >= second[0] ? `${head} ${Math.floor(rest / second[0])}\u2009${second[1]}` : head;
}

/** How long something took: `0.3 s`, `41.0 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) return UNKNOWN;
  const seconds = Math.max(0, milliseconds / 1000);
  return seconds < 59.95 ? `${seconds.toFixed(1)}\u2009s` : formatLongSpan(milliseconds);
}

const NATURAL = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Names in the order people expect: `sd2` before `sd10`. */
export function naturalOrder(a: string, b: string): number {
  return NATURAL.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
