import type { PlannedView } from "./planned.ts";
import type { Text } from "./text.ts";

/** Something on a node that belongs to no storage it has. */
export interface LeftoverView {
  id: string;
  text: Text;
  /** Why it is not cleared now; null when it can be. */
  obstacle: Text | null;
}

/** What a look at a node found, and what clearing the chosen ones comes to. */
export interface LeftoversView {
  leftovers: LeftoverView[];
  planned: PlannedView | null;
}
