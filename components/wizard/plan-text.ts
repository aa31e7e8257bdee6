import type { Plan, PlanTarget, Step } from "#lib/domain/plan.ts";
import { renderCommand } from "#lib/domain/render-command.ts";
import type { Text } from "#lib/domain/text.ts";

/** Steps of one machine (or of the panel itself), in order. */
export interface PlanPart {
  key: string;
  target: PlanTarget | null;
  isPanel: boolean;
  steps: Step[];
}

/** A plan as people read it: one part a machine, then what the panel does. A target that is no machine yet stands for each. */
export function planParts(plan: Plan): PlanPart[] {
  const parts = new Map<string, PlanPart>(
    plan.targets.map((target) => [target.key, { key: target.key, target, isPanel: false, steps: [] }]),
  );
  const panel: PlanPart = { key: "", target: null, isPanel: true, steps: [] };
  for (const step of plan.steps) {
    if (step.kind === "panel") {
      panel.steps.push(step);
      continue;
    }
    const part = parts.get(step.target) ?? { key: step.target, target: null, isPanel: false, steps: [] };
    part.steps.push(step);
    parts.set(step.target, part);
  }
  return [...parts.values(), panel].filter((part) => part.steps.length > 0);
}

interface Words {
  say: (text: Text) => string;
  eachNode: string;
  panel: string;
  undo: string;
  noUndo: string;
}

export function partName(part: PlanPart, words: Pick<Words, "eachNode" | "panel">): string {
  if (part.isPanel) return words.panel;
  return part.target?.label || words.eachNode;
}

/** The whole plan as plain text, to be copied. */
export function planText(plan: Plan, words: Words): string {
  const lines = planParts(plan).flatMap((part) => [
    `# ${partName(part, words)}`,
    ...part.steps.flatMap((step, index) => [
      `# ${index + 1}. ${words.say(step.title)}`,
      ...(step.kind === "node" ? [renderCommand(step.command)] : []),
      "none" in step.undo
        ? `#    ${words.noUndo}: ${words.say(step.undo.none)}`
        : `#    ${words.undo}: ${"command" in step.undo ? renderCommand(step.undo.command).replaceAll("\n", "\n#    ") : words.say(step.undo.title)}`,
    ]),
    "",
  ]);
  return lines.join("\n");
}
