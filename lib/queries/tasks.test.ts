import { expect, it } from "vitest";
import type { TaskLogLine } from "../domain/dto.ts";
import { joinLog, LOG_MOST } from "./tasks.ts";

const lines = (from: number, count: number): TaskLogLine[] =>
  Array.from({ length: count }, (_, index) => ({ id: from + index, position: null, at: "", line: `${from + index}` }));

it("parts of a log become one, whatever order they came in, each line once", () => {
  expect(joinLog(lines(5, 3), lines(3, 4), "end").map((line) => line.id)).toEqual([3, 4, 5, 6, 7]);
});

it("a log without end does not grow without end: the far end goes", () => {
  const long = joinLog(lines(1, LOG_MOST), lines(LOG_MOST + 1, 10), "end");
  expect([long.length, long[0]?.id, long.at(-1)?.id]).toEqual([LOG_MOST, 11, LOG_MOST + 10]);
  const back = joinLog(lines(1, 10), lines(11, LOG_MOST), "start");
  expect([back.length, back[0]?.id, back.at(-1)?.id]).toEqual([LOG_MOST, 1, LOG_MOST]);
});
