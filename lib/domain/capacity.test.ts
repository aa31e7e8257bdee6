import { expect, it } from "vitest";
import { capacityParts, overcommitted } from "./capacity.ts";

it("the parts of a capacity lie on the scale of its size", () => {
  expect(capacityParts({ size: 200, used: 50, allocated: 120, reserve: 20 })).toEqual({
    used: 0.25,
    allocated: 0.6,
    size: 1,
    reserve: { from: 0.9, to: 1 },
    limit: null,
  });
});

it("what is promised beyond the size, or may be, makes the scale longer, and the end of the size is told", () => {
  const over = { size: 100, used: 50, allocated: 150, limit: 200, reserve: 10 };
  expect(capacityParts(over)).toEqual({
    used: 0.25,
    allocated: 0.75,
    size: 0.5,
    reserve: { from: 0.45, to: 0.5 },
    limit: 1,
  });
  expect(overcommitted(over)).toBe(50);
  expect(overcommitted({ size: 100, used: 1, allocated: 100 })).toBeNull();
  expect(overcommitted({ size: 100, used: 1, allocated: null })).toBeNull();
});

it("nothing is drawn of what is not known, and nothing beyond the ends", () => {
  expect(capacityParts({ size: null, used: 5 })).toBeNull();
  expect(capacityParts({ size: 0, used: 0 })).toBeNull();
  expect(capacityParts({ size: 10, used: null })).toMatchObject({ used: 0, allocated: 0, reserve: null, limit: null });
  expect(capacityParts({ size: 10, used: 12, reserve: 30 })).toMatchObject({ used: 1, reserve: { from: 0, to: 1 } });
});
