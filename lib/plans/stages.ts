import type { NodeStep, PanelStep, Step } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { registerPanelStep } from "./panel-steps.ts";

/** Panel steps wait for every node: this one does nothing else. */
const MEET = "plan.meet";

function meeting(id: string): PanelStep {
  return {
    ...{ kind: "panel", id, title: text("task.meet"), action: MEET, input: {} },
    undo: { none: text("task.meet-none") },
  };
}

/** Steps by stage, each stage in the order given, with a meeting of all nodes before every later one. `id`: unique in the plan. */
export function inStages(steps: readonly NodeStep[], id: string): Step[] {
  const stages = [...Map.groupBy(steps, ({ stage = 0 }) => stage)].toSorted(([a], [b]) => a - b);
  return stages.flatMap(([stage, own], index): Step[] => (index === 0 ? own : [meeting(`${id}-${stage}`), ...own]));
}

/** Makes the meeting known to the engine; called once, at start. */
export function registerMeeting(): void {
  registerPanelStep(MEET, { do: async () => {} });
}
