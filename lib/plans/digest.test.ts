import { expect, it } from "vitest";
import { digest } from "./digest.ts";

it("is the same for the same data, also after a way through JSON", () => {
  const value = { b: [1, { y: "é", x: null }], a: undefined, c: true };
  expect(digest(value)).toBe(digest({ c: true, b: [1, { x: null, y: "é" }] }));
  expect(digest(JSON.parse(JSON.stringify(value)))).toBe(digest(value));
});

it("differs for everything else", () => {
  const values = [{}, [], "", null, 0, false, "0", { a: 1 }, { a: "1" }, [1, 2], [2, 1], [[1], 2], { a: { b: 1 } }];
  expect(new Set(values.map(digest)).size).toBe(values.length);
});
