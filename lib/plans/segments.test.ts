import { expect, it } from "vitest";
import type { Plan, Step } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { reversed, segmentsOf } from "./segments.ts";

const title = text("task.waiting");
const undo = { none: title };
const node = (target: string): Step => ({ kind: "node", id: "", target, title, command: { argv: ["true"] }, undo });
const panel: Step = { kind: "panel", id: "", title, action: "x", input: {}, undo };
const plan = (steps: Step[]): Plan => ({ format: 1, kind: "t", title, targets: [], steps, locks: [], notes: [] });
const lanes = (value: Record<string, number[]>) => ({ kind: "lanes", lanes: new Map(Object.entries(value)) });

it("keeps the order within a node and makes panel steps barriers", () => {
  const steps = [node("a"), node("b"), node("a"), panel, panel, node("b")];
  expect(segmentsOf(plan(steps))).toEqual([
    lanes({ a: [0, 2], b: [1] }),
    { kind: "panel", position: 3 },
    { kind: "panel", position: 4 },
    lanes({ b: [5] }),
  ]);
});

it("goes back the same way", () => {
  const steps = [node("a"), panel, node("b"), node("b")];
  expect(reversed(segmentsOf(plan(steps)))).toEqual([
    lanes({ b: [3, 2] }),
    { kind: "panel", position: 1 },
    lanes({ a: [0] }),
  ]);
});

it("has nothing to do for a plan without steps", () => expect(segmentsOf(plan([]))).toEqual([]));
