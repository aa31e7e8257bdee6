import type { NodeStep } from "../../../domain/plan.ts";
import type { IscsiTarget } from "./config.ts";
import { logInStep, recordSteps } from "./lun-steps.ts";
import type { Place } from "./place.ts";
import { reloginSteps } from "./relogin.ts";

/** Logs in at a target, now and whenever a session is missing. `wwids`: LUNs that go again with the sessions. */
export function targetSteps(place: Place, san: IscsiTarget, wwids: readonly string[]): NodeStep[] {
  return [...recordSteps(place, san), logInStep(place, san, wwids), ...reloginSteps(place, san)];
}
