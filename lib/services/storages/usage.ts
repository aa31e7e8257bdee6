import { and, eq, isNotNull, lt, sql } from "drizzle-orm";
import { z } from "zod";
import { db } from "../../db/client.ts";
import { storages, storageThresholds, usageForecast, usageSeries } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import {
  DEFAULT_THRESHOLDS,
  type Forecast,
  type Outlook,
  outlookKey,
  RANGE,
  RANGES,
  type Range,
  RESOLUTION,
  RESOLUTIONS,
  type StorageUsage,
  type Thresholds,
  type UsagePoint,
} from "../../domain/usage.ts";
import { coarser, spanOf, tableOf } from "../../live/usage-history.ts";
import { Kept } from "../../live/versions.ts";
import { processWide } from "../../shared.ts";
import type { ServiceContext } from "../context.ts";

/** Days that lie farther ahead are nobody's business yet. */
const OUTLOOK_DAYS = 90;

type ForecastRow = Pick<typeof usageForecast.$inferSelect, "perDay" | "days" | "fullAt">;

const forecastView = ({ perDay, days, fullAt }: ForecastRow): Forecast => ({
  ...{ perDay, days },
  fullAt: fullAt?.toISOString() ?? null,
});

const asShares = ({ warning, critical }: { warning: number; critical: number }): Thresholds => ({
  warning: warning / 100,
  critical: critical / 100,
});

/** Read again this often, whatever was heard. */
const MOST_OUTLOOK_MS = 1_000;
const outlook = () =>
  processWide("outlook", () => new Kept(["usage", "storage", "node"], readOutlook, MOST_OUTLOOK_MS));

/** What every page may say about how storages fill. */
export const getOutlook = (ctx: ServiceContext): Promise<Outlook> => outlook().get(ctx.now);

async function readOutlook(now: Date): Promise<Outlook> {
  const until = new Date(now.getTime() + OUTLOOK_DAYS * 86_400_000);
  const [own, soon] = await Promise.all([
    db().select().from(storageThresholds),
    db()
      .select()
      .from(usageForecast)
      .innerJoin(usageSeries, eq(usageSeries.id, usageForecast.series))
      .where(and(isNotNull(usageForecast.fullAt), lt(usageForecast.fullAt, until))),
  ]);
  return {
    thresholds: Object.fromEntries(own.map((row) => [row.storageId, asShares(row)])),
    forecasts: Object.fromEntries(
      soon.map(({ usage_forecast: forecast, usage_series: series }) => [
        outlookKey(series.nodeId, series.storageId),
        forecastView(forecast),
      ]),
    ),
  };
}

const usageSchema = z.object({ node: z.string().max(100).optional(), range: z.enum(RANGES).default("week") });

interface PointRow extends Record<string, unknown> {
  at: string;
  size: string;
  used_min: string;
  used_avg: string;
  used_max: string;
  allocated: string | null;
}

/** Points of a range, the newest ones made of finer points: their own are made only when their time is over. */
async function readPoints(series: number, range: Range, now: Date): Promise<UsagePoint[]> {
  const { resolution, length } = RANGE[range];
  const finer = RESOLUTIONS[RESOLUTIONS.indexOf(resolution) - 1];
  const since = sql`${new Date(now.getTime() - length).toISOString()}::timestamptz`;
  const columns = sql`series, at, samples, size, used_min, used_avg, used_max, allocated`;
  const own = sql`select ${columns} from ${tableOf(resolution)} where series = ${series} and at >= ${since}`;
  const newest = finer
    ? sql`union all ${coarser(
        tableOf(finer),
        spanOf(resolution),
        sql`series = ${series} and at >= greatest(${since}, coalesce(
          (select max(at) + ${spanOf(resolution)} from ${tableOf(resolution)} where series = ${series}), '-infinity'))`,
      )}`
    : sql``;
  const rows = await db().execute<PointRow>(sql`
    select (extract(epoch from at) * 1000)::bigint as at, size, used_min, used_avg, used_max, allocated
    from (${own} ${newest}) points order by points.at`);
  return rows.map((row) => ({
    at: Number(row.at),
    size: Number(row.size),
    min: Number(row.used_min),
    avg: Number(row.used_avg),
    max: Number(row.used_max),
    allocated: row.allocated === null ? null : Number(row.allocated),
  }));
}

/** How full a storage was on a node. Throws PanelError `not-found`, ZodError for a range that is none. */
export async function storageUsage(
  ctx: ServiceContext,
  storageId: string,
  values: Record<string, string>,
): Promise<StorageUsage> {
  const { node, range } = usageSchema.parse(values);
  const [storage] = await db()
    .select({ id: storages.id, own: storageThresholds })
    .from(storages)
    .leftJoin(storageThresholds, eq(storageThresholds.storageId, storages.id))
    .where(eq(storages.id, storageId));
  if (!storage) throw new PanelError({ code: "not-found", message: text("capacity.no-storage") });
  const [series] = await db()
    .select({ id: usageSeries.id, nodeId: usageSeries.nodeId, forecast: usageForecast })
    .from(usageSeries)
    .leftJoin(usageForecast, eq(usageForecast.series, usageSeries.id))
    .where(and(eq(usageSeries.storageId, storageId), node ? eq(usageSeries.nodeId, node) : undefined))
    .orderBy(usageSeries.id)
    .limit(1);
  return {
    range,
    nodeId: series?.nodeId ?? null,
    span: RESOLUTION[RANGE[range].resolution].span,
    points: series ? await readPoints(series.id, range, ctx.now) : [],
    forecast: series?.forecast ? forecastView(series.forecast) : null,
    thresholds: storage.own ? asShares(storage.own) : DEFAULT_THRESHOLDS,
    now: ctx.now.getTime(),
  };
}
