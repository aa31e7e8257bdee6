import type { Plan } from "../domain/plan.ts";

/** A stretch of a plan: one panel step, or steps on nodes that run in order on each node and beside each other between nodes. */
export type Segment = { kind: "panel"; position: number } | { kind: "lanes"; lanes: Map<string, number[]> };

/** Cuts a plan at its panel steps. */
export function segmentsOf(plan: Plan): Segment[] {
  const segments: Segment[] = [];
  for (const [position, step] of plan.steps.entries()) {
    if (step.kind === "panel") {
      segments.push({ kind: "panel", position });
      continue;
    }
    let last = segments.at(-1);
    if (last?.kind !== "lanes") {
      last = { kind: "lanes", lanes: new Map() };
      segments.push(last);
    }
    const lane = last.lanes.get(step.target) ?? [];
    lane.push(position);
    last.lanes.set(step.target, lane);
  }
  return segments;
}

export function positionsOf(segment: Segment): number[] {
  return segment.kind === "panel" ? [segment.position] : [...segment.lanes.values()].flat();
}

/** The same stretches for the way back. */
export function reversed(segments: readonly Segment[]): Segment[] {
  return segments.toReversed().map((segment) => {
    if (segment.kind === "panel") return segment;
    const lanes = new Map([...segment.lanes].map(([target, lane]) => [target, lane.toReversed()]));
    return { kind: "lanes", lanes };
  });
}
