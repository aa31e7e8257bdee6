import { registerMeeting } from "../plans/stages.ts";
import { registerJoinSteps } from "./clusters/record.ts";
import { registerClusterRemoval } from "./clusters/settle-removal.ts";
import { registerDriveSteps } from "./drives/settle.ts";
import { registerNodeRemoval } from "./nodes/removal.ts";
import { registerRotationSteps } from "./nodes/rotation.ts";
import { registerPartsStep } from "./storages/parts.ts";
import { registerStorageRemoval } from "./storages/settle-removal.ts";

/** Makes every panel step known to the engine; called once in a process, before the engine starts. */
export function registerPanelSteps(): void {
  registerMeeting();
  registerJoinSteps();
  registerDriveSteps();
  registerPartsStep();
  registerStorageRemoval();
  registerClusterRemoval();
  registerRotationSteps();
  registerNodeRemoval();
}
