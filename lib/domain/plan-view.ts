import type { PlanStepView, TaskView } from "./dto.ts";
import type { Plan, Step } from "./plan.ts";
import { renderCommand } from "./render-command.ts";

function undoView({ undo }: Step): PlanStepView["undo"] {
  if ("none" in undo) return { none: undo.none };
  return { title: undo.title, command: "command" in undo ? renderCommand(undo.command) : null };
}

/** What pages show of a task's plan: neither its checks nor what its panel steps are given. */
export function planView({ targets, steps, notes }: Plan): TaskView["plan"] {
  const labels = new Map(targets.map(({ key, label }) => [key, label]));
  const views = steps.map((step): PlanStepView => {
    const isOnNode = step.kind === "node";
    return {
      ...{ id: step.id, title: step.title },
      host: isOnNode ? (labels.get(step.target) ?? step.target) : null,
      command: isOnNode ? renderCommand(step.command) : null,
      undo: undoView(step),
    };
  });
  return { steps: views, notes };
}
