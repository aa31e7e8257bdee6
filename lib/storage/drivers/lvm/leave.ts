import { text } from "../../../domain/text.ts";
import type { LeaveContext, LeavePlan } from "../../contract.ts";
import type { LvmConfig } from "./config.ts";
import { lvmIdentity } from "../../lvm/identity.ts";
import { pvUuidsOf } from "../../lvm/pvs.ts";
import { onlyDevices, untagStep } from "../../lvm/steps.ts";

/** Takes the marks off the VG; the group itself is never removed, also where the panel made it. */
export function leaveLvm({ config, owner, identity, details, target }: LeaveContext<LvmConfig>): LeavePlan {
  const { vgUuid } = lvmIdentity.parse(identity);
  const group = { uuid: vgUuid, vgName: config.vgName };
  return {
    steps: [untagStep(target, group, owner, onlyDevices(pvUuidsOf(identity, details)))],
    left: [text("lvm.left.tags", { vg: config.vgName, uuid: vgUuid })],
  };
}
