import { text } from "../../../domain/text.ts";
import { formatBytes } from "../../../domain/units.ts";
import type { Found } from "../../contract.ts";
import type { NetworkLvmFacts, PortalFacts } from "./facts.ts";

/** Why a portal gave nothing to choose from. */
function silence({ portal, problem }: PortalFacts): Found[] {
  if (!problem) return [];
  return [{ id: `problem:${portal}`, text: text(`network-lvm.found.${problem.what}`, { portal }) }];
}

function targets(portals: readonly PortalFacts[]): Found[] {
  const names = [...new Set(portals.flatMap((portal) => portal.targets ?? []))];
  return names.map((target) => ({
    id: `target:${target}`,
    text: text("network-lvm.found.target", { target }),
    choice: { field: "target", value: target },
  }));
}

function luns(portals: readonly PortalFacts[]): Found[] {
  const all = portals.flatMap((portal) => portal.luns ?? []);
  const distinct = new Map(all.map((lun) => [lun.wwid ?? lun.lun, lun]));
  return [...distinct].map(([id, { wwid, size, vendor, model, serial }]) => {
    const values = { wwid: wwid ?? "", size: formatBytes(size), model: `${vendor} ${model}`, serial };
    if (!wwid) return { id: `lun:${id}`, text: text("network-lvm.found.no-wwid", values) };
    const found = text("network-lvm.found.lun", values);
    return { id: `lun:${id}`, text: found, choice: { field: "wwid", value: wwid } };
  });
}

/** Targets and LUNs that the node's look found, each a value for the form. */
export function foundNetworkLvm({ portals }: NetworkLvmFacts): Found[] {
  return [...targets(portals), ...luns(portals), ...portals.flatMap(silence)];
}
