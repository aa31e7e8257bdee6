import { text } from "../../../domain/text.ts";
import type { DriveContext, LeavePlan } from "../../contract.ts";
import type { LvmConfig } from "./config.ts";
import { devicesOf } from "./drives.ts";
import { lvmIdentity } from "./identity.ts";
import { untagStep } from "./steps.ts";

/** A VG is let go by taking our tags off it; it, its name and its LVs stay. */
export function leaveLvm(context: DriveContext<LvmConfig>): LeavePlan {
  const { config, identity, owner, target } = context;
  const { vgUuid } = lvmIdentity.parse(identity);
  const group = { uuid: vgUuid, name: config.vgName, devices: devicesOf(context) };
  return {
    steps: [untagStep(target, group, owner)],
    left: [text("lvm.left.tags", { vg: config.vgName, uuid: vgUuid })],
  };
}
