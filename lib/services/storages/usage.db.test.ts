import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connect, db } from "../../db/client.ts";
import { type StorageSeed, seedCluster } from "../../db/test-cluster.ts";
import { startTestDatabase, type TestDatabase } from "../../db/test-database.ts";
import type { ServiceContext } from "../context.ts";
import { getOutlook, storageUsage } from "./usage.ts";
import { setThresholds, thresholdsSchema } from "./thresholds.ts";
import { type Moment, NodeState } from "../../live/node-state.ts";
import { UsageSamples, writeUsage } from "../../live/usage.ts";
import { condenseUsage, forecastUsage } from "../../live/usage-history.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const GIB = 1024 ** 3;
/** A whole day and a bit, so that no bucket ends by chance. */
const NOW = Date.parse("2026-11-24T12:34:30Z");

const contextAt = (now: number): ServiceContext => ({
  actor: { id: "u1", name: "Ada", email: "ada@example.net" },
  requestId: "rq",
  address: "127.0.0.1",
  now: new Date(now),
});

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  const nodes = Array.from({ length: 1_000 }, (_, n) => ({ id: `nd_${n}`, name: `n${n}` }));
  const file = (id: string): StorageSeed => ({ id, name: id, kind: "file" });
  await seedCluster({ name: "one", storages: [file("st_1"), file("st_2")], nodes });
});
afterAll(() => database.stop());
beforeEach(async () => {
  await db().execute(sql`truncate usage_series, storage_thresholds cascade`);
});

const minute = (at: number, used: number, extra: Partial<{ least: number; most: number; samples: number }> = {}) => ({
  at,
  rows: [
    {
      ...{ node: "nd_1", storage: "st_1", samples: 1, size: 100 * GIB, sum: used * (extra.samples ?? 1) },
      ...{ least: used, most: used, allocated: null },
      ...extra,
    },
  ],
});

const points = async (table: string) =>
  (
    await db().execute<Record<string, string>>(
      sql`select extract(epoch from at) * 1000 as at, samples, used_min, used_avg, used_max from ${sql.raw(table)} order by at`,
    )
  ).map((row) => [
    Number(row.at),
    Number(row.samples),
    Number(row.used_min),
    Number(row.used_avg),
    Number(row.used_max),
  ]);

describe("points of the use of a storage", () => {
  it("become coarser ones with their least, weighed mean and most; what was not measured has none", async () => {
    const start = Math.floor((NOW - 3 * HOUR) / HOUR) * HOUR;
    await writeUsage(minute(start, 100, { least: 90, most: 110, samples: 6 }));
    await writeUsage(minute(start + MINUTE, 200, { least: 180, most: 250, samples: 2 }));
    // Twenty minutes of silence, then one more.
    await writeUsage(minute(start + 25 * MINUTE, 300));
    expect(await condenseUsage(new Date(NOW))).toBe(true);
    expect(await points("usage_10m")).toEqual([
      [start, 8, 90, 125, 250],
      [start + 20 * MINUTE, 1, 300, 300, 300],
    ]);
    expect(await points("usage_1h")).toEqual([[start, 9, 90, 144, 300]]);
    expect(await points("usage_1d")).toEqual([]);
    // Again, later: nothing is counted twice, and the day follows once it is over.
    await condenseUsage(new Date(NOW + DAY));
    expect(await points("usage_1d")).toEqual([[Math.floor(start / DAY) * DAY, 9, 90, 144, 300]]);
    expect(await points("usage_1h")).toEqual([[start, 9, 90, 144, 300]]);
  });

  it("are made up for after days without a panel, before the fine ones are let go", async () => {
    const old = Math.floor((NOW - 5 * DAY) / DAY) * DAY;
    await writeUsage(minute(old, 100));
    await writeUsage(minute(old + 6 * HOUR, 300));
    await condenseUsage(new Date(NOW));
    expect(await points("usage_1m")).toEqual([]);
    expect(await points("usage_10m")).toHaveLength(2);
    expect(await points("usage_1d")).toEqual([[old, 2, 100, 200, 300]]);
    await condenseUsage(new Date(NOW + 4 * 365 * DAY));
    expect(await points("usage_1d")).toEqual([]);
  });

  it("are made by one process at a time", async () => {
    const other = connect(database.url, 1);
    await other`select pg_advisory_lock(7316402504)`;
    expect(await condenseUsage(new Date(NOW))).toBe(false);
    await other.end();
    expect(await condenseUsage(new Date(NOW))).toBe(true);
  });

  it("are shown up to now at every range, the newest made of finer ones, and never an invented one", async () => {
    const start = Math.floor((NOW - 2 * HOUR) / HOUR) * HOUR;
    for (let n = 0; start + n * MINUTE < NOW; n += 1)
      if (n < 30 || n > 50) await writeUsage(minute(start + n * MINUTE, GIB));
    await condenseUsage(new Date(NOW));
    const ctx = contextAt(NOW);
    const day = await storageUsage(ctx, "st_1", { range: "day", node: "nd_1" });
    expect(day.points).toHaveLength(134);
    expect(day.points.every((point) => point.avg === GIB && point.size === 100 * GIB)).toBe(true);
    const week = await storageUsage(ctx, "st_1", { range: "week" });
    expect(week.points.map((point) => (point.at - start) / MINUTE)).toEqual([
      0, 10, 20, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150,
    ]);
    expect((await storageUsage(ctx, "st_1", { range: "quarter" })).points.map((point) => point.at)).toEqual([
      start,
      start + HOUR,
      start + 2 * HOUR,
    ]);
    expect((await storageUsage(ctx, "st_1", { range: "years" })).points).toHaveLength(1);
    expect(await storageUsage(ctx, "st_2", {})).toMatchObject({ nodeId: null, points: [], forecast: null });
    await expect(storageUsage(ctx, "st_none", {})).rejects.toMatchObject({ view: { code: "not-found" } });
    await expect(storageUsage(ctx, "st_1", { range: "ever" })).rejects.toThrow();
  });
});

describe("samples", () => {
  const at = (ms: number): Moment => ({ mono: 1_000_000 + ms, wall: Math.floor(NOW / MINUTE) * MINUTE + ms });
  const figures = (used: number | null) => ({ size: 100, used, allocated: null, free: null });

  function nodeWith(used: number | null, ms: number): NodeState {
    const state = new NodeState("nd_1", "cl_1", { health: null, figures: null, disks: null, storages: new Map() });
    state.setStorages([{ storageId: "st_1", name: "a", isMain: true }], {
      health: null,
      figures: null,
      disks: null,
      storages: new Map(),
    });
    state.addCheck("st_1", { outcome: "ok", figures: figures(used) }, at(ms));
    return state;
  }

  it("of a minute are one row, and old or missing figures are none", () => {
    const samples = new UsageSamples();
    const node = nodeWith(50, 0);
    expect(samples.add([node], at(0))).toBeNull();
    expect(samples.add([node], at(1_000))).toBeNull();
    node.addCheck("st_1", { outcome: "ok", figures: figures(70) }, at(15_000));
    samples.add([node], at(20_000));
    const ended = samples.add([node], at(60_000));
    expect(ended).toMatchObject({ at: at(0).wall, rows: [{ samples: 2, least: 50, most: 70, sum: 120, size: 100 }] });
    // Nobody has measured since: the second minute still counts, the third and fourth are a gap.
    expect(samples.add([node], at(120_000))?.rows).toHaveLength(1);
    expect(samples.add([node], at(180_000))).toBeNull();
    expect(samples.add([node], at(240_000))).toBeNull();
    expect(new UsageSamples().add([nodeWith(null, 0)], at(0))).toBeNull();
  });
});

it("a storage or node that has gone is left out of a minute, and the others are written", async () => {
  const gone = { ...minute(NOW, GIB).rows[0]!, node: "nd_gone" };
  await writeUsage({ at: Math.floor(NOW / MINUTE) * MINUTE, rows: [gone, minute(NOW, GIB).rows[0]!] });
  expect(await points("usage_1m")).toHaveLength(1);
});

describe("when a storage is full", () => {
  async function grow(node: string, days: number, perDay: number): Promise<void> {
    await db().execute(sql`insert into usage_series (node_id, storage_id) values (${node}, 'st_1')`);
    await db().execute(sql`insert into usage_1h (series, at, samples, size, used_min, used_avg, used_max)
      select (select id from usage_series where node_id = ${node}), t, 60, ${100 * GIB}::bigint, u, u, u from (
        select t, (${50 * GIB}::float8 + ${perDay}::float8 * extract(epoch from t - ${new Date(NOW - days * DAY).toISOString()}::timestamptz) / 86400)::bigint u
        from generate_series(${new Date(NOW - days * DAY).toISOString()}::timestamptz, ${new Date(NOW).toISOString()}::timestamptz, interval '1 hour') t) points`);
  }

  it("is judged from its history at most once an hour, and told to every page where it is near", async () => {
    await grow("nd_1", 10, 2 * GIB);
    await grow("nd_2", 10, 0.1 * GIB);
    await grow("nd_3", 2, 2 * GIB);
    expect(await forecastUsage(new Date(NOW))).toBe(true);
    expect(await forecastUsage(new Date(NOW + MINUTE))).toBe(false);
    const ctx = contextAt(NOW);
    const { forecasts } = await getOutlook(ctx);
    expect(Object.keys(forecasts)).toEqual(["nd_1 st_1"]);
    const near = forecasts["nd_1 st_1"];
    expect(Math.abs(Date.parse(near?.fullAt ?? "") - (NOW + 15 * DAY))).toBeLessThan(DAY / 2);
    const far = await storageUsage(ctx, "st_1", { node: "nd_2" });
    expect(far.forecast?.perDay).toBeCloseTo(0.1 * GIB, -6);
    expect((await storageUsage(ctx, "st_1", { node: "nd_3" })).forecast).toBeNull();
    // It is emptied: the next hour no date is promised any more.
    await db().execute(sql`delete from usage_1h`);
    await db().execute(
      sql`update usage_forecast set computed_at = ${new Date(NOW - 2 * HOUR).toISOString()}::timestamptz`,
    );
    expect(await forecastUsage(new Date(NOW))).toBe(true);
    expect((await getOutlook(ctx)).forecasts).toEqual({});
  });

  it("from which share on it warns is the storage's own, in whole percentages that make sense", async () => {
    const ctx = contextAt(NOW);
    await setThresholds(ctx, { storageId: "st_1", warning: 60, critical: 70 });
    await setThresholds(ctx, { storageId: "st_1", warning: 61, critical: 71 });
    expect((await getOutlook(ctx)).thresholds).toEqual({ st_1: { warning: 0.61, critical: 0.71 } });
    expect((await storageUsage(ctx, "st_1", {})).thresholds).toEqual({ warning: 0.61, critical: 0.71 });
    await expect(setThresholds(ctx, { storageId: "no", warning: 1, critical: 2 })).rejects.toMatchObject({
      view: { code: "not-found" },
    });
    for (const [warning, critical] of [
      [90, 80],
      [80, 80],
      [0, 50],
      [50, 101],
      [50.5, 60],
      [Number.NaN, 60],
    ])
      expect(thresholdsSchema.safeParse({ storageId: "st_1", warning, critical }).success).toBe(false);
  });
});

it("a minute of 2,000 storages costs the panel and the database a small part of a core", async () => {
  const rows = (n: number) =>
    Array.from({ length: 1_000 }, (_, node) =>
      ["st_1", "st_2"].map((storage) => ({
        ...{
          node: `nd_${node}`,
          storage,
          samples: 6,
          size: 894 * GIB,
          least: n,
          sum: 6 * n,
          most: n + 5,
          allocated: n,
        },
      })),
    ).flat();
  const start = Math.floor(NOW / HOUR) * HOUR - HOUR;
  await writeUsage({ at: start - MINUTE, rows: rows(1) });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let n = 0; n < 20; n += 1) await writeUsage({ at: start + n * MINUTE, rows: rows(n) });
  await condenseUsage(new Date(start + 23 * MINUTE));
  const wall = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const panel = (user + system) / 1000 / (20 * MINUTE);
  const databaseAtMost = wall / (20 * MINUTE);
  expect(panel).toBeLessThan(0.01);
  expect(databaseAtMost).toBeLessThan(0.02);
});
