import { describe, expect, it } from "vitest";
import { forecastOf, RANGE, RANGES, RESOLUTION, usageSummary, withGaps } from "./usage.ts";

const DAY = 86_400_000;
const GIB = 1024 ** 3;
const NOW = Date.parse("2026-11-24T12:00:00Z");

/** One point an hour over so many days up to now. */
function line(days: number, used: (day: number) => number, size = 100 * GIB) {
  return Array.from({ length: days * 24 + 1 }, (_, hour) => {
    const avg = used(hour / 24);
    return { at: NOW - days * DAY + (hour * DAY) / 24, size, avg, min: avg, max: avg, allocated: null };
  });
}

describe("the day a storage is full", () => {
  it("follows from steady growth, with what it is based on", () => {
    const forecast = forecastOf(
      line(10, (day) => (50 + day) * GIB),
      NOW,
    );
    expect(forecast?.perDay).toBeCloseTo(GIB, 0);
    expect(forecast?.days).toBe(10);
    expect(Date.parse(forecast?.fullAt ?? "")).toBeCloseTo(NOW + 40 * DAY, -4);
  });

  it("is not said with less than three days of history, or a handful of points", () => {
    expect(
      forecastOf(
        line(2, (day) => (50 + day) * GIB),
        NOW,
      ),
    ).toBeNull();
    expect(
      forecastOf(
        line(10, (day) => (50 + day) * GIB).filter((_, n) => n % 30 === 0),
        NOW,
      ),
    ).toBeNull();
    expect(forecastOf([], NOW)).toBeNull();
  });

  it("is moved neither by one night's copy that came and went, nor by wild hours", () => {
    const copied = line(10, (day) => (50 + day + (day > 4 && day < 4.5 ? 30 : 0)) * GIB);
    expect(forecastOf(copied, NOW)?.perDay).toBeCloseTo(GIB, -8);
    const wild = line(10, (day) => (50 + day + (Math.round(day * 24) % 9 === 0 ? 20 : 0)) * GIB);
    expect((forecastOf(wild, NOW)?.perDay ?? 0) / GIB).toBeCloseTo(1, 1);
  });

  it("has no date where it shrinks, stands still, or would be full in many years", () => {
    expect(
      forecastOf(
        line(10, (day) => (50 - day) * GIB),
        NOW,
      ),
    ).toMatchObject({ fullAt: null });
    expect(
      forecastOf(
        line(10, () => 50 * GIB),
        NOW,
      ),
    ).toMatchObject({ perDay: 0, fullAt: null });
    expect(
      forecastOf(
        line(10, (day) => 50 * GIB + day * 1024),
        NOW,
      ),
    ).toMatchObject({ fullAt: null });
  });

  it("never lies in the past, and counts what has passed since the last point", () => {
    const old = line(10, (day) => (50 + day) * GIB).map((point) => ({ ...point, at: point.at - 10 * DAY }));
    expect(Date.parse(forecastOf(old, NOW)?.fullAt ?? "")).toBeCloseTo(NOW + 30 * DAY, -4);
    const late = line(10, (day) => (89.9 + day) * GIB).map((point) => ({ ...point, at: point.at - 10 * DAY }));
    expect(forecastOf(late, NOW)?.fullAt).toBe(new Date(NOW).toISOString());
  });
});

it("a range is shown at a resolution that is kept as long, in no more points than a screen has", () => {
  for (const range of RANGES) {
    const { resolution, length } = RANGE[range];
    expect(RESOLUTION[resolution].kept).toBeGreaterThanOrEqual(length);
    expect(length / RESOLUTION[resolution].span).toBeLessThanOrEqual(2_200);
  }
});

it("a line in words: change, over which time, where it stands; nothing where there is no line", () => {
  expect(usageSummary(line(7, (day) => (33 + day) * GIB))).toEqual({ change: 7 * GIB, span: 7 * DAY, share: 0.4 });
  expect(usageSummary([])).toBeNull();
  expect(usageSummary(line(7, () => 0).slice(0, 1))).toBeNull();
});

it("what was not measured is a gap, neither a zero nor a line drawn over it", () => {
  const span = DAY / 24;
  const points = line(1, () => GIB).filter((_, hour) => hour < 5 || hour > 9);
  const shown = withGaps(points, span);
  expect(shown.filter((point) => "gap" in point)).toEqual([{ at: (points[4]?.at ?? 0) + span, gap: true }]);
  expect(shown).toHaveLength(points.length + 1);
});
