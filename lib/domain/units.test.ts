import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatDuration,
  formatLoad,
  formatLongSpan,
  formatPercent,
  formatSpan,
  formatUsage,
  fractionOf,
  naturalOrder,
} from "./units.ts";

const GiB = 1024 ** 3;

describe("bytes are shown with three significant digits, and unknown is never a zero", () => {
  it.each([
    [0, "0 B"],
    [512, "512 B"],
    [999, "999 B"],
    [1000, "0.98 KiB"],
    [1024, "1.00 KiB"],
    [894 * GiB, "894 GiB"],
    [999.4 * GiB, "999 GiB"],
    [1000 * GiB, "0.98 TiB"],
    [1.75 * 1024 * GiB, "1.75 TiB"],
    [46.13 * 1024 * GiB, "46.1 TiB"],
    [9.999 * GiB, "10.0 GiB"],
    [99.96 * GiB, "100 GiB"],
  ])("%d is %s", (bytes, shown) => expect(formatBytes(bytes)).toBe(shown));
  it.each([null, undefined, Number.NaN, Number.POSITIVE_INFINITY])("%s is a dash", (value) =>
    expect(formatBytes(value)).toBe("–"),
  );
  it("shows used and size in one unit", () => {
    expect(formatUsage(0.91 * 1024 * GiB, 1.75 * 1024 * GiB)).toBe("0.91 / 1.75 TiB");
    expect(formatUsage(0, 1.75 * 1024 * GiB)).toBe("0 / 1.75 TiB");
    expect(formatUsage(null, 894 * GiB)).toBe("– / 894 GiB");
    expect(formatUsage(null, null)).toBe("–");
  });
  it("never shows a small figure as nothing: below a hundredth of the size's unit it stands in its own", () => {
    expect(formatUsage(8 * 1024 ** 2, 3.86 * GiB)).toBe("8.00 MiB / 3.86 GiB");
    expect(formatUsage(1, 3.86 * GiB)).toBe("1 B / 3.86 GiB");
    expect(formatUsage(0.01 * GiB, 3.86 * GiB)).toBe("0.01 / 3.86 GiB");
    expect(formatUsage(0, 3.86 * GiB)).toBe("0 / 3.86 GiB");
  });
});

describe("fractions", () => {
  it.each([
    [0, "0\u2009%"],
    [0.7219, "72\u2009%"],
    [0.999, "99\u2009%"],
    [1, "100\u2009%"],
    [null, "–"],
  ])("%s is %s", (fraction, shown) => expect(formatPercent(fraction)).toBe(shown));
  it("is unknown where a part is", () => {
    expect(fractionOf(null, 5)).toBeNull();
    expect(fractionOf(5, 0)).toBeNull();
    expect(fractionOf(6, 5)).toBe(1);
  });
  it.each([
    [0, "0.00"],
    [0.108, "0.11"],
    [14.32, "14.3"],
    [120.4, "120"],
    [null, "–"],
  ])("load %s is %s", (load, shown) => expect(formatLoad(load)).toBe(shown));
});

describe("spans", () => {
  it.each([
    [0, "0\u2009s"],
    [999, "0\u2009s"],
    [59_999, "59\u2009s"],
    [60_000, "1\u2009min"],
    [3_599_000, "59\u2009min"],
    [86_400_000 * 3, "3\u2009d"],
    [-5, "0\u2009s"],
  ])("%d ms is %s", (ms, shown) => expect(formatSpan(ms)).toBe(shown));
  it.each([
    [48_000, "48\u2009s"],
    [12_000_000, "3\u2009h 20\u2009min"],
    [3_600_000, "1\u2009h"],
    [1_051_200_000, "12\u2009d 4\u2009h"],
  ])("%d ms is %s", (ms, shown) => expect(formatLongSpan(ms)).toBe(shown));
  it.each([
    [300, "0.3\u2009s"],
    [41_000, "41.0\u2009s"],
    [125_000, "2\u2009min 5\u2009s"],
    [null, "–"],
  ])("%s took %s", (ms, shown) => expect(formatDuration(ms)).toBe(shown));
});

it("orders names as people do", () => {
  expect(["sd10", "sd2", "kvm-9", "kvm-10"].sort(naturalOrder)).toEqual(["kvm-9", "kvm-10", "sd2", "sd10"]);
});
