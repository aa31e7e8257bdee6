import { expect, it } from "vitest";
import type { NodeStep } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { inStages } from "./stages.ts";

const title = text("task.meet");
const step = (id: string, target: string, stage?: number): NodeStep => ({
  ...{ kind: "node", id, target, title, command: { argv: ["true"] }, undo: { none: title } },
  ...(stage === undefined ? {} : { stage }),
});
const idsOf = (...steps: NodeStep[]) => inStages(steps, "meet").map(({ id }) => id);

it("nodes meet before every later stage, and nowhere else", () => {
  expect(idsOf(step("a", "n1"), step("b", "n2", 1), step("c", "n1"), step("d", "n1", 4))).toEqual([
    ...["a", "c", "meet-1", "b", "meet-4", "d"],
  ]);
  expect(idsOf(step("a", "n1"), step("b", "n2"))).toEqual(["a", "b"]);
  expect(idsOf(step("a", "n1", 1), step("b", "n2", 1))).toEqual(["a", "b"]);
  expect(idsOf()).toEqual([]);
});
