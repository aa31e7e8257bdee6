import { expect, it } from "vitest";
import { labelBehind, numberedLabels, parseSize, sizeFromAddress, sizeParts } from "./size-input.ts";

it.each([
  ["20", "GiB", 20 * 1024 ** 3],
  [" 1,5 ", "TiB", 1.5 * 1024 ** 4],
  ["0.5", "MiB", 512 * 1024],
  ["0", "GiB", null],
  ["-1", "GiB", null],
  ["1e9", "GiB", null],
  ["", "GiB", null],
  ["999999999999", "TiB", null],
] as const)("a typed size %j %s is %j bytes", (typed, unit, bytes) => {
  expect(parseSize(typed, unit)).toBe(bytes);
});

it.each([1024 ** 2, 16 * 1024 ** 2, 1.5 * 1024 ** 3, 20 * 1024 ** 3, 3 * 1024 ** 4, 17 * 1024 ** 2])(
  "%d bytes come back as they were shown",
  (bytes) => {
    const { typed, unit } = sizeParts(bytes);
    expect(parseSize(typed, unit)).toBe(bytes);
  },
);

it("several drives get numbered labels, one alone its own", () => {
  expect(numberedLabels("db", 3)).toEqual(["db-1", "db-2", "db-3"]);
  expect(numberedLabels("db", 1)).toEqual(["db"]);
});

it.each([
  ["db", 1],
  ["db", 3],
  ["db-1", 1],
  ["db-1", 2],
] as const)("the label %j of %d drives is found behind theirs", (label, count) => {
  expect(labelBehind(numberedLabels(label, count))).toBe(label);
});

it("a size comes from an address as it was shown, and from nothing else", () => {
  expect(sizeFromAddress(String(20 * 1024 ** 3))).toEqual({ typed: "20", unit: "GiB" });
  for (const value of [null, "", "0", "-1", "1e9", "x", "9".repeat(16)]) expect(sizeFromAddress(value)).toBeNull();
});
