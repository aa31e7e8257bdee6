import { expect, it } from "vitest";
import type { NodeStep, Plan } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { heldNodes } from "./held-locks.ts";

const title = text("task.meet");
const step = (id: string, target: string): NodeStep => ({
  ...{ kind: "node", id, target, title, command: { argv: ["true"] }, undo: { none: title } },
});
const plan: Plan = {
  ...{
    format: 1,
    kind: "test",
    title,
    notes: [],
    locks: [],
    steps: [step("a", "n1"), step("b", "n2"), step("c", "n1")],
  },
  targets: ["n1", "n2"].map((key) => ({
    ...{ key, label: key.toUpperCase(), address: key, port: 22, user: "root", fingerprint: "", nodeId: key },
  })),
};
const row = (
  position: number,
  state: "done" | "failed" | "left" | "undone",
  code?: "timeout" | "outcome-unknown" | "conflict",
) => ({
  ...{ position, state, attempt: 1, bootId: "b", error: code ? { code, message: title } : null },
});

it.each([
  ["all is known", [row(0, "done"), row(1, "failed", "conflict"), row(2, "done")], ""],
  ["a node was lost", [row(0, "done"), row(1, "failed", "outcome-unknown")], "N2"],
  ["one was lost in an undo", [row(0, "left", "outcome-unknown")], "N1"],
  ["what was killed may hang", [row(0, "failed", "timeout")], "N1"],
  ["it was found again, and undone", [row(0, "undone", "outcome-unknown")], ""],
  [
    "several, each once",
    [row(0, "failed", "timeout"), row(1, "left", "timeout"), row(2, "failed", "timeout")],
    "N1, N2",
  ],
])("nodes of which it is not known what was done there: %s", (_what, rows, nodes) => {
  expect(heldNodes(plan, rows)).toBe(nodes);
});
