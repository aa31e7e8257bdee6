import type { NodeStep, Plan } from "./plan.ts";
import type { Text } from "./text.ts";

/** What would run for a change that was asked for, or why nothing can. */
export interface PlannedView {
  plan: Plan | null;
  /** Of the plan; null while it can't be confirmed. */
  digest: string | null;
  /** Sentences by field. */
  problems: Record<string, Text>;
  /** What else stands in the way, in order. */
  blockers: Text[];
  /** What has to be typed before this is confirmed. */
  confirmName: string | null;
  /** How much there is, where this is only the first of it; what is confirmed is the whole, by its digest. */
  counts?: PlanCounts;
}

export interface PlanCounts {
  steps: number;
  /** Of these, the panel's own. */
  panelSteps: number;
  /** On which something runs. */
  nodes: number;
  notes: number;
  blockers: number;
  /** Nodes on which something stays. */
  left: number;
}

/** A node on which something can't be done now, and what stays there for that. */
export interface LeftOnNode {
  nodeId: string;
  node: string;
  reason: Text;
  /** What would have been run there: an administrator can do it by hand once the node is back. */
  steps: NodeStep[];
}

/** GET /api/storages/ID/removal and /api/clusters/ID/removal; of a long one the first part, `?whole=1`: all of it */
export interface RemovalView extends PlannedView {
  left: LeftOnNode[];
}
