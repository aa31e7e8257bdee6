import { expect, it } from "vitest";
import type { Drift } from "../storage/contract.ts";
import { Drifts } from "./drifts.ts";

const drift: Drift = {
  ...{ id: "a", nodes: ["nd_1", "nd_2"] },
  cause: { reason: { key: "task.meet" }, command: "", output: "" },
};
const begun = (one: number, two: number) =>
  new Map([
    ["nd_1", one],
    ["nd_2", two],
  ]);

it("counts once every node that it is about was looked at again", () => {
  const drifts = new Drifts();
  expect(drifts.judge([drift], begun(90, 50), 100)).toEqual({ proven: [], again: ["nd_1", "nd_2"] });
  expect(drifts.judge([drift], begun(110, 50), 120)).toEqual({ proven: [], again: [] });
  expect(drifts.judge([drift], begun(110, 130), 140).proven).toEqual([drift]);
});

it("that is gone at the second look was two moments of one thing, and begins anew if it comes again", () => {
  const drifts = new Drifts();
  drifts.judge([drift], begun(90, 50), 100);
  expect(drifts.judge([], begun(110, 120), 130).proven).toEqual([]);
  expect(drifts.judge([drift], begun(110, 120), 140)).toEqual({ proven: [], again: ["nd_1", "nd_2"] });
});

it("of a node that is not heard any more is not proven", () => {
  const drifts = new Drifts();
  drifts.judge([drift], new Map([["nd_1", 90]]), 100);
  expect(drifts.judge([drift], new Map([["nd_1", 110]]), 120).proven).toEqual([]);
});
