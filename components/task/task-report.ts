import type { TaskView } from "#lib/domain/dto.ts";
import type { Text } from "#lib/domain/text.ts";
import { visibleOutput } from "#lib/domain/visible.ts";

/** A task as plain text, to be put into a ticket: each step with its state, command and output. */
export function taskReport(task: TaskView, say: (text: Text) => string): string {
  const states = new Map(task.steps.map((step) => [step.position, step]));
  const steps = task.plan.steps.flatMap((step, position) => {
    const state = states.get(position);
    return [
      `${position + 1}. [${state?.state ?? "pending"}] ${step.host ?? "panel"}: ${say(step.title)}`,
      ...(step.command === null ? [] : [`   $ ${step.command}`]),
      ...(state?.output ? [visibleOutput(state.output).replace(/^/gm, "   ")] : []),
      ...(state?.error ? [`   ! ${say(state.error.message)}`] : []),
    ];
  });
  return [
    `${say(task.title)}: ${task.state}`,
    `task ${task.id}, request ${task.requestId}, by ${task.actorName}, ${task.createdAt}`,
    ...(task.error ? [say(task.error.message)] : []),
    "",
    ...steps,
    "",
  ].join("\n");
}
