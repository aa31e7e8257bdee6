import type { Plan } from "./plan.ts";
import type { PlanCounts, RemovalView } from "./planned.ts";

/** Of a plan for many nodes the first so many are shown, and so many sentences, steps of the panel and nodes that keep something. */
export const SHOWN_NODES = 20;

const first = <T>(list: readonly T[]): T[] => list.slice(0, SHOWN_NODES);

/** Each node that is shown has all of its steps. */
function firstOf(plan: Plan): Plan {
  const targets = first(plan.targets);
  const keys = new Set(targets.map(({ key }) => key));
  const own = new Set(first(plan.steps.filter((step) => step.kind === "panel")));
  const steps = plan.steps.filter((step) => (step.kind === "panel" ? own.has(step) : keys.has(step.target)));
  return { ...plan, targets, steps, locks: first(plan.locks), notes: first(plan.notes) };
}

function countsOf({ plan, blockers, left }: RemovalView): PlanCounts {
  const steps = plan?.steps ?? [];
  return {
    steps: steps.length,
    panelSteps: steps.filter((step) => step.kind === "panel").length,
    nodes: plan?.targets.length ?? 0,
    notes: plan?.notes.length ?? 0,
    blockers: blockers.length,
    left: left.length,
  };
}

/** What a page shows of a removal, with how much there is where that is not all. Its digest stays that of the whole. */
export function windowOf(view: RemovalView): RemovalView {
  const counts = countsOf(view);
  if (Math.max(counts.nodes, counts.left, counts.blockers) <= SHOWN_NODES) return view;
  const { plan, blockers, left } = view;
  return { ...view, plan: plan && firstOf(plan), blockers: first(blockers), left: first(left), counts };
}
