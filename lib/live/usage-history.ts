import { type SQL, sql } from "drizzle-orm";
import { setImmediate as pause } from "node:timers/promises";
import { inTransaction, type Transaction } from "../db/client.ts";
import { FORECAST_DAYS_LEAST, forecastOf, RESOLUTION, RESOLUTIONS, type Resolution } from "../domain/usage.ts";
import { log } from "../log.ts";
import { announceChanged } from "./changed.ts";

/** Any number that nothing else in the database uses as an advisory lock. */
const LOCK = 7_316_402_504;
const EVERY_MS = 60_000;
/** A minute may come in a little late, from another process. */
const LATE_MS = 120_000;
const FORECAST_EVERY_MS = 3_600_000;
/** Growth is judged by so much of the past. */
const FORECAST_BACK_DAYS = 30;
/** So many storages are judged before the event loop gets its turn. */
const BATCH = 25;

/** Where days and hours begin. */
const ORIGIN = sql`timestamptz '2000-01-01 00:00:00+00'`;

export const tableOf = (resolution: Resolution): SQL => sql.raw(`usage_${resolution}`);
export const spanOf = (resolution: Resolution): SQL =>
  sql.raw(`interval '${RESOLUTION[resolution].span} milliseconds'`);

/** Points of a finer resolution as points of a coarser one: the means weighed, the extremes kept. */
export const coarser = (from: SQL, span: SQL, where: SQL): SQL => sql`
  select series, date_bin(${span}, at, ${ORIGIN}) as at, sum(samples)::int as samples, max(size) as size,
    min(used_min) as used_min, round(sum(used_avg::numeric * samples) / sum(samples))::bigint as used_avg,
    max(used_max) as used_max, round(avg(allocated))::bigint as allocated
  from ${from} where ${where} group by 1, 2`;

async function rollUp(tx: Transaction, from: Resolution, to: Resolution, now: Date): Promise<void> {
  const until = sql`date_bin(${spanOf(to)}, ${new Date(now.getTime() - LATE_MS).toISOString()}::timestamptz, ${ORIGIN})`;
  const where = sql`at < ${until} and at >= coalesce((select max(at) + ${spanOf(to)} from ${tableOf(to)}), '-infinity')`;
  await tx.execute(sql`insert into ${tableOf(to)} (series, at, samples, size, used_min, used_avg, used_max, allocated)
    ${coarser(tableOf(from), spanOf(to), where)} on conflict do nothing`);
}

/**
 * Makes coarser points of finer ones and lets go what is older than its resolution is kept. One process does so at a
 * time; what was missed while no panel ran is made up for. False when another one is at it.
 */
export async function condenseUsage(now = new Date()): Promise<boolean> {
  return inTransaction(async (tx) => {
    if (!(await takeLock(tx))) return false;
    for (const [index, to] of RESOLUTIONS.entries()) {
      const from = RESOLUTIONS[index - 1];
      if (from) await rollUp(tx, from, to, now);
    }
    for (const resolution of RESOLUTIONS) {
      const before = new Date(now.getTime() - RESOLUTION[resolution].kept).toISOString();
      await tx.execute(sql`delete from ${tableOf(resolution)} where at < ${before}::timestamptz`);
    }
    return true;
  });
}

async function takeLock(tx: Transaction): Promise<boolean> {
  const [row] = await tx.execute<{ taken: boolean }>(sql`select pg_try_advisory_xact_lock(${LOCK}) as taken`);
  return row?.taken === true;
}

interface SeriesHistory extends Record<string, unknown> {
  series: number;
  points: { at: number; avg: number; size: number }[];
}

/** Six-hour means of the last weeks, by storage on a node, where there are enough days of them. */
function readHistories(tx: Transaction, now: Date): Promise<SeriesHistory[]> {
  const since = new Date(now.getTime() - FORECAST_BACK_DAYS * 86_400_000).toISOString();
  return tx.execute<SeriesHistory>(sql`
    select series, jsonb_agg(jsonb_build_object('at', at, 'avg', avg, 'size', size) order by at) as points from (
      select series, (extract(epoch from max(at)) * 1000)::bigint as at, round(avg(used_avg))::bigint as avg, max(size) as size
      from usage_1h where at >= ${since}::timestamptz
      group by series, date_bin(interval '6 hours', at, ${ORIGIN})) spans
    group by series having max(at) - min(at) >= ${FORECAST_DAYS_LEAST * 86_400_000}::bigint`);
}

/** Judges the growth of every storage anew, at most once an hour. False when it is not due, or another process is at it. */
export async function forecastUsage(now = new Date()): Promise<boolean> {
  return inTransaction(async (tx) => {
    if (!(await takeLock(tx))) return false;
    const [last] = await tx.execute<{ at: string | null }>(
      sql`select max(computed_at)::text as at from usage_forecast`,
    );
    if (last?.at && now.getTime() - Date.parse(last.at) < FORECAST_EVERY_MS) return false;
    const rows: { series: number; perDay: number; days: number; fullAt: string | null }[] = [];
    for (const [index, { series, points }] of (await readHistories(tx, now)).entries()) {
      if (index % BATCH === BATCH - 1) await pause();
      const forecast = forecastOf(points, now.getTime());
      if (forecast) rows.push({ series, ...forecast });
    }
    await tx.execute(sql`delete from usage_forecast`);
    await tx.execute(sql`insert into usage_forecast (series, per_day, days, full_at, computed_at)
      select series, "perDay", days, "fullAt", ${now.toISOString()}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(series int, "perDay" real, days real, "fullAt" timestamptz)`);
    if (rows.length > 0) await announceChanged(tx, "usage", "all");
    return true;
  });
}

/** Keeps the history of use in order for as long as the panel runs; answers with the way to stop. */
export function startUsageHistory(): () => Promise<void> {
  let running: Promise<void> | null = null;
  const work = async () => {
    try {
      await condenseUsage();
      await forecastUsage();
    } catch (error) {
      log.warn("the history of storages could not be condensed; it is tried again in a minute", { error });
    }
  };
  const tick = () => {
    running ??= work().finally(() => {
      running = null;
    });
  };
  const timer = setInterval(tick, EVERY_MS);
  tick();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
