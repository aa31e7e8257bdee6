/** How long and how finely the use of storages is remembered: the first is written as it is measured, each next is made from the one before. */
export const RESOLUTIONS = ["1m", "10m", "1h", "1d"] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Span of one point, and how long points are kept, in milliseconds. */
export const RESOLUTION: Record<Resolution, { span: number; kept: number }> = {
  "1m": { span: MINUTE, kept: DAY },
  "10m": { span: 10 * MINUTE, kept: 7 * DAY },
  "1h": { span: 60 * MINUTE, kept: 90 * DAY },
  "1d": { span: DAY, kept: 3 * 365 * DAY },
};

/** What a page can look back over, each at the finest resolution that reaches so far. */
export const RANGES = ["day", "week", "quarter", "years"] as const;
export type Range = (typeof RANGES)[number];

export const RANGE: Record<Range, { resolution: Resolution; length: number }> = {
  day: { resolution: "1m", length: DAY },
  week: { resolution: "10m", length: 7 * DAY },
  quarter: { resolution: "1h", length: 90 * DAY },
  years: { resolution: "1d", length: 3 * 365 * DAY },
};

/** A measured span: its beginning in milliseconds, bytes. */
export interface UsagePoint {
  at: number;
  size: number;
  min: number;
  avg: number;
  max: number;
  allocated: number | null;
}

/** A point as it travels: its values alone, because there are thousands. */
export type PackedPoint = [at: number, size: number, min: number, avg: number, max: number, allocated: number | null];

export const packPoint = ({ at, size, min, avg, max, allocated }: UsagePoint): PackedPoint => [
  ...([at, size, min, avg, max] as const),
  allocated,
];

export const unpackPoint = ([at, size, min, avg, max, allocated]: PackedPoint): UsagePoint => ({
  ...{ at, size, min, avg, max },
  allocated,
});

/** Growth of a storage on a node. */
export interface Forecast {
  /** Bytes a day. */
  perDay: number;
  /** Days of history behind it. */
  days: number;
  /** ISO time; null where it does not fill. */
  fullAt: string | null;
}

/** Shares, 0..1, from which on a storage is amber and red. */
export interface Thresholds {
  warning: number;
  critical: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = { warning: 0.8, critical: 0.9 };

/** GET /api/storages/ID/usage, its points packed. */
export type PackedUsage = Omit<StorageUsage, "points"> & { points: PackedPoint[] };

/** How full a storage was on a node, and when it will be. */
export interface StorageUsage {
  range: Range;
  /** Which node the points are of; null where nothing has been measured on any. */
  nodeId: string | null;
  /** Milliseconds of one point: a greater distance between two is a gap. */
  span: number;
  points: UsagePoint[];
  forecast: Forecast | null;
  thresholds: Thresholds;
  /** Server time of the answer, in milliseconds: the right end of the picture. */
  now: number;
}

/** GET /api/usage/outlook: what every page may say about how storages fill. */
export interface Outlook {
  /** By storage; one that is missing has the panel's own. */
  thresholds: Record<string, Thresholds>;
  /** By `node storage`. */
  forecasts: Record<string, Forecast>;
}

export const outlookKey = (nodeId: string, storageId: string) => `${nodeId} ${storageId}`;
export const NO_OUTLOOK: Outlook = { thresholds: {}, forecasts: {} };

/** A day is promised only after so much history, with so many points, and not farther away than this. */
export const FORECAST_DAYS_LEAST = 3;
const FORECAST_POINTS_LEAST = 12;
const FORECAST_AHEAD = 3 * 365;
/** More points say no more, and all pairs of them are looked at. */
const FORECAST_POINTS_MOST = 120;

function median(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))] as T);
}

/**
 * Growth after Theil and Sen: the median of the slopes between all pairs of points, which a clean-up or a copy in the
 * middle does not move. Null where there is too little history to say anything.
 */
export function forecastOf(points: readonly Pick<UsagePoint, "at" | "avg" | "size">[], now: number): Forecast | null {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < FORECAST_POINTS_LEAST) return null;
  const days = (last.at - first.at) / DAY;
  if (days < FORECAST_DAYS_LEAST) return null;
  const used = thinned(points, FORECAST_POINTS_MOST);
  const slopes: number[] = [];
  for (let a = 0; a < used.length; a += 1) {
    for (let b = a + 1; b < used.length; b += 1) {
      const from = used[a] as (typeof used)[number];
      const to = used[b] as (typeof used)[number];
      slopes.push((to.avg - from.avg) / (to.at - from.at));
    }
  }
  const slope = median(slopes);
  const perDay = slope * DAY;
  const left = last.size - last.avg;
  const daysLeft = perDay > 0 ? left / perDay - (now - last.at) / DAY : Number.POSITIVE_INFINITY;
  const fullAt = daysLeft <= FORECAST_AHEAD ? new Date(now + Math.max(0, daysLeft) * DAY).toISOString() : null;
  return { perDay, days, fullAt };
}

/** What a line says in words: by how much it changed over which time, and where it stands; null without two points. */
export function usageSummary(
  points: readonly Pick<UsagePoint, "at" | "avg" | "size">[],
): { change: number; span: number; share: number | null } | null {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || first === last) return null;
  return {
    change: last.avg - first.avg,
    span: last.at - first.at,
    share: last.size > 0 ? Math.min(1, Math.max(0, last.avg / last.size)) : null,
  };
}

/** Points with a gap where nothing was measured: a null between two that are farther apart than a span and a half. */
export function withGaps(points: readonly UsagePoint[], span: number): (UsagePoint | { at: number; gap: true })[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    return before && point.at - before.at > 1.5 * span
      ? [{ at: before.at + span, gap: true as const }, point]
      : [point];
  });
}
