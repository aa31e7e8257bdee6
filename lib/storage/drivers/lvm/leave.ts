import type { NodeStep } from "../../../domain/plan.ts";
import type { LeaveContext } from "../../contract.ts";
import type { LvmConfig } from "./config.ts";
import { lvmIdentity } from "./identity.ts";
import { pvUuidsOf } from "./pvs.ts";
import { untagStep } from "./steps.ts";

/** Takes the marks off the VG; the group itself is never removed, also where the panel made it. */
export function leaveLvm({ config, owner, identity, details, target }: LeaveContext<LvmConfig>): NodeStep[] {
  const { vgUuid } = lvmIdentity.parse(identity);
  const group = { uuid: vgUuid, pvUuids: pvUuidsOf(identity, details), vgName: config.vgName };
  return [untagStep(target, group, owner)];
}
