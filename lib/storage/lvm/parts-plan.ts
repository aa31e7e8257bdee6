import type { Text } from "../../domain/text.ts";
import { text } from "../../domain/text.ts";
import type { NodeStep } from "../../domain/plan.ts";
import type { PartsPlan } from "../contract.ts";
import type { GroupFacts } from "./parts-facts.ts";
import { stateObstacle } from "./state.ts";

/** Why the VG takes no change at all now; null when it does. */
export function groupObstacle(vg: string, { group, systemId }: GroupFacts): Text | null {
  if (group?.name !== vg) return text("lvm.parts.gone", { vg });
  const state = stateObstacle(group, systemId);
  return state && text(`lvm.parts.state.${state}`, { vg });
}

/** What a request comes to where something is in its way. */
export const noChange = (part: Partial<Pick<PartsPlan, "problems" | "blockers">>): PartsPlan => ({
  ...{ problems: {}, blockers: [], steps: [], notes: [], identity: {} },
  ...part,
});

/** What a request comes to that makes the VG consist of these PVs. */
export const changeTo = (pvUuids: readonly string[], steps: NodeStep[], notes: Text[] = []): PartsPlan => ({
  ...{ problems: {}, blockers: [], steps, notes },
  identity: { pvUuids: pvUuids.join(",") },
});
