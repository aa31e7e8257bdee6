import { expect, it } from "vitest";
import { nodeFigures } from "./figures.ts";
import type { RawFigures } from "./probe/lines.ts";

const raw = (cpu: number[] | null, memoryAvailable: number | null = 30): RawFigures => ({
  uptimeSeconds: 99.9,
  load: [1, 2, 3],
  memoryTotal: 100,
  memoryAvailable,
  cpu,
});

it("one reading says nothing about the processors", () => {
  expect(nodeFigures(null, raw([1, 0, 1, 98]), 2)).toMatchObject({
    cpu: null,
    cpuThreads: 2,
    memoryUsed: 70,
    load1: 1,
    uptimeSeconds: 99,
  });
});

it.each([
  ["a quarter busy", [0, 0, 0, 0, 0], [20, 0, 5, 70, 5], 0.25],
  ["waiting for a disk is not work", [0, 0, 0, 0, 0], [0, 0, 0, 50, 50], 0],
  ["counters that ran backwards", [10, 0, 10, 100, 0], [5, 0, 5, 50, 0], null],
  ["no time has passed", [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], null],
  ["a reading that made no sense", null, [1, 1, 1, 1, 1], null],
])("%s", (_name, before, after, cpu) => {
  expect(nodeFigures(raw(before), raw(after), null).cpu).toBe(cpu);
});

it("memory that is more than there is, is unknown", () => {
  expect(nodeFigures(null, raw(null, 101), null)).toMatchObject({ memoryTotal: 100, memoryUsed: null });
});
