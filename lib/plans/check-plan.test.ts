import { expect, it } from "vitest";
import type { NodeStep, Plan } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { checkPlan } from "./check-plan.ts";

const title = text("task.waiting", { node: "n" });
const target = { key: "n1", label: "n", address: "a", port: 22, user: "root", fingerprint: "f", nodeId: "nd" };
const step = (over: Partial<NodeStep> = {}): NodeStep => ({
  kind: "node",
  id: "a",
  target: "n1",
  title,
  command: { argv: ["true"] },
  undo: { none: title },
  ...over,
});
const plan = (...steps: NodeStep[]): Plan => ({
  format: 1,
  kind: "t",
  title,
  targets: [target],
  steps,
  locks: [],
  notes: [],
});
const withInput = { command: { argv: ["cat"], stdin: "x" } };

it("takes a plan that can be run", () => {
  const access = step({ access: true });
  expect(() => checkPlan(plan(access, step({ id: "b" })))).not.toThrow();
});

it.each<[string, NodeStep[]]>([
  ["two steps of one id", [step(), step()]],
  ["a target that is not there", [step({ target: "n2" })]],
  ["a command without a program", [step({ command: { argv: [] } })]],
  ["a program that is an option", [step({ command: { argv: ["-rf"] } })]],
  ["a NUL", [step({ command: { argv: ["echo", "a\0b"] } })]],
  ["a check with standard input", [step({ alreadyDone: withInput })]],
  ["a precondition with standard input", [step({ precondition: withInput })]],
  ["a proof with standard input", [step({ undo: { title, command: { argv: ["rm"] }, proof: withInput } })]],
  ["a step behind the way out", [step({ exit: true }), step({ id: "b" })]],
  ["a way out with an undo", [step({ exit: true, undo: { title, command: { argv: ["true"] } } })]],
  ["a proof of a target that is not there", [step({ proves: "n2" })]],
  ["what is read back without a word about how", [step({ isReadBack: true })]],
  ["a way in that is not the node's first step", [step(), step({ id: "b", access: true })]],
])("refuses %s", (_name, steps) => expect(() => checkPlan(plan(...steps))).toThrow());

it("refuses a plan of another release's format", () => {
  expect(() => checkPlan({ ...plan(step()), format: 2 as 1 })).toThrow(/format/);
});
