import type { NodeStep } from "../../../domain/plan.ts";
import { text } from "../../../domain/text.ts";
import type { LeaveContext, LeavePlan } from "../../contract.ts";
import { driveFailures } from "../../drive-failures.ts";
import { untagStep } from "../../lvm/steps.ts";
import { type NetworkLvmConfig, targetNames, targetsOf } from "./config.ts";
import { lunsOf, networkLvmIdentity, wwidsOn } from "./identity.ts";
import { dropLunStep, logOutStep, unrecordSteps } from "./lun-steps.ts";
import { DROP_MAPS, NO_MAP } from "./map-script.ts";
import { readBack } from "./read-back.ts";
import { unmarkStep } from "./mark.ts";
import { noMultipathSteps } from "./multipath-steps.ts";
import type { Place } from "./place.ts";
import { noReloginSteps } from "./relogin.ts";
import { onlyLuns } from "./wwid.ts";

const CHECK_MS = 60_000;
/** Each map takes seconds where udev does not answer. */
const DROP_MS = 300_000;

/** Takes every map of the group off the node; refused while one is open. */
function dropStep({ config, target }: Place, vgUuid: string): NodeStep {
  const words = [vgUuid.replaceAll("-", "")];
  const values = { vg: config.vgName, lv: config.vgName, label: config.vgName };
  return {
    ...{ kind: "node", id: "maps", target, title: text("network-lvm.step.maps", values) },
    command: { argv: ["sh", "-c", DROP_MAPS, "spindle", ...words], timeoutMs: DROP_MS },
    alreadyDone: { command: { argv: ["sh", "-c", NO_MAP, "spindle", ...words], timeoutMs: CHECK_MS } },
    failures: driveFailures("network-lvm", values, { "in-use": [] }),
    isProof: true,
    undo: { none: text("network-lvm.step.maps-none") },
  };
}

/**
 * Lets go of LUNs and targets, also where none of them answers: the kernel and the node's own files are asked, LVM for the group's
 * marks alone, and each command comes to its end. Nothing of the group is mapped, the sessions end unless another LUN uses
 * them, and what the join wrote goes. The group and everything in it stays; its marks go when all nodes leave.
 */
export function leaveNetworkLvm(context: LeaveContext<NetworkLvmConfig>): LeavePlan {
  const { config, owner, identity, target, endsShared } = context;
  const place: Place = { config, owner, target };
  const { vgUuid } = networkLvmIdentity.parse(identity);
  const luns = lunsOf(identity);
  const wwids = luns.map(({ wwid }) => wwid);
  const more = luns.filter(({ wwid }) => wwid !== config.wwid);
  const [own, ...others] = targetsOf(config);
  const targets = [own, ...others];
  const group = { uuid: vgUuid, vgName: config.vgName };
  const values = { vg: config.vgName, uuid: vgUuid, target: targetNames(config).join(", ") };
  return {
    steps: [
      ...(endsShared ? readBack([untagStep(target, group, owner, onlyLuns(wwids))]) : []),
      dropStep(place, vgUuid),
      ...targets.flatMap((san) => noReloginSteps(place, san)),
      ...more.map((lun) => dropLunStep(place, lun)),
      logOutStep(place, own, [config.wwid]),
      ...others.map((san) => logOutStep(place, san, wwidsOn(luns, san.target))),
      ...targets.flatMap((san) => unrecordSteps(place, san)),
      ...wwids.flatMap((wwid) => noMultipathSteps(place, wwid)),
      unmarkStep(target, owner, { targets: targetNames(config), wwids }),
    ],
    left: [text("network-lvm.left.node", values), ...(endsShared ? [text("lvm.left.tags", values)] : [])],
  };
}
