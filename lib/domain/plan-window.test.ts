import { expect, it } from "vitest";
import { PLAN_FORMAT, type Plan, type Step } from "./plan.ts";
import { SHOWN_NODES, windowOf } from "./plan-window.ts";
import type { RemovalView } from "./planned.ts";
import { text } from "./text.ts";

const none = { none: text("life.step.remove-none") };

/** Two steps on each node, and the panel's own before and after. */
function planOf(count: number): Plan {
  const keys = Array.from({ length: count }, (_, index) => `n${index}`);
  const at = { address: "a", port: 22, user: "root", fingerprint: "SHA256:x" };
  const own = (key: string, id: string): Step => ({
    ...{ kind: "panel", id: `${key}.${id}`, title: text(id), action: id, input: {}, undo: none },
  });
  const on = (key: string, id: string): Step => ({
    ...{ kind: "node", id: `${key}.${id}`, target: key, title: text(id), command: { argv: ["true"] }, undo: none },
  });
  return {
    ...{ format: PLAN_FORMAT, kind: "cluster.remove", title: text("life.plan.remove-cluster") },
    targets: keys.map((key) => ({ ...at, key, nodeId: key, label: key })),
    steps: [
      ...keys.map((key) => own(key, "begin")),
      ...keys.map((key) => on(key, "unmark")),
      ...keys.flatMap((key) => [on(key, "exit"), own(key, "end")]),
    ],
    locks: keys.map((key) => `node:${key}`),
    notes: keys.map((node) => text("life.note.volumes", { node, count: 1 })),
  };
}

function viewOf(count: number): RemovalView {
  const some = Array.from({ length: count }, (_, index) => `n${index}`);
  return {
    ...{ plan: planOf(count), digest: "d".repeat(64), problems: {}, confirmName: "alpha" },
    blockers: some.map((node) => text("life.obstacle.unreachable", { node })),
    left: some.map((node) => ({ nodeId: node, node, reason: text("life.obstacle.unreachable"), steps: [] })),
  };
}

it("of a plan for few nodes everything is shown, and nothing is counted", () => {
  const view = viewOf(SHOWN_NODES);
  expect(windowOf(view)).toBe(view);
});

it("of a plan for many the first nodes are shown with each of their steps, and how much there is of everything", () => {
  const { plan, digest, blockers, left, counts } = windowOf(viewOf(1_000));
  const shown = Array.from({ length: SHOWN_NODES }, (_, index) => `n${index}`);
  expect(plan?.targets.map(({ key }) => key)).toEqual(shown);
  expect(plan?.steps.filter((step) => step.kind === "node").map(({ id }) => id)).toEqual([
    ...shown.map((key) => `${key}.unmark`),
    ...shown.map((key) => `${key}.exit`),
  ]);
  expect(plan?.steps.filter((step) => step.kind === "panel").map(({ id }) => id)).toEqual(
    shown.map((key) => `${key}.begin`),
  );
  expect([plan?.notes.length, blockers.length, left.length]).toEqual([SHOWN_NODES, SHOWN_NODES, SHOWN_NODES]);
  expect(counts).toEqual({
    ...{ steps: 4_000, panelSteps: 2_000, nodes: 1_000 },
    ...{ notes: 1_000, blockers: 1_000, left: 1_000 },
  });
  // What is confirmed is the whole.
  expect(digest).toBe("d".repeat(64));
});

it("what nothing can be planned for is cut as well", () => {
  const { plan, blockers, counts } = windowOf({ ...viewOf(50), plan: null, digest: null, left: [] });
  expect([plan, blockers.length, counts?.blockers, counts?.steps]).toEqual([null, SHOWN_NODES, 50, 0]);
});
