import type { NodeStep } from "../../../domain/plan.ts";

/** Steps that change what all nodes share: their effect is asked of the group's metadata once more, where they can tell it. */
export const readBack = (steps: readonly NodeStep[]): NodeStep[] =>
  steps.map((step) => (step.alreadyDone ? { ...step, isReadBack: true } : step));
