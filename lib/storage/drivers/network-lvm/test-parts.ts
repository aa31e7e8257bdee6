import type { NodeStep } from "../../../domain/plan.ts";
import type { PartsContext } from "../../contract.ts";
import type { GroupFacts } from "../../lvm/parts-facts.ts";
import type { NetworkLvmConfig } from "./config.ts";
import type { Contents } from "./contents.ts";
import type { LunLook } from "./look.ts";
import type { planNetworkParts } from "./parts.ts";
import type { NetworkPartsFacts } from "./parts-facts.ts";
import { config, dirs, GIB, lun, owner, PINNED, portal, SECOND, TARGET, VG, WWID } from "./test-storage.ts";
import { lunLink } from "./wwid.ts";

/** A group on one LUN that three nodes see, and what the acting one has found of it. */

export type Request = Parameters<typeof planNetworkParts>[2];
export const add = (...wwids: string[]): Request => ({ verb: "add", disks: wwids.map(lunLink) });

export const partsContext: PartsContext<NetworkLvmConfig> = {
  ...{ config, dirs, owner, identity: PINNED, details: null, target: "nd_1", others: ["nd_2", "nd_3"] },
};

export const groupFacts = (change: Partial<GroupFacts["pvs"][number]> = {}): GroupFacts => ({
  group: {
    ...{ name: "net0", uuid: VG, size: GIB, free: GIB, extentSize: 4 * 1024 ** 2, lvCount: 0, missingPvs: 0 },
    ...{ attributes: "wz--n-", systemId: "", lockType: "", tags: [], metadataSize: null, metadataFree: null, pvs: [] },
  },
  pvs: [{ uuid: "P", device: "/dev/dm-3", size: GIB, used: 0, deviceSize: GIB, grown: 0, isMissing: false, ...change }],
  ...{ isMoving: false, systemId: "" },
});

/** Both portals show these LUNs; `second` is what the second one holds. */
export function partsFacts(
  luns: LunLook[],
  change: Partial<NetworkPartsFacts> = {},
  second: Contents = { kind: "blank" },
): NetworkPartsFacts {
  return {
    ...{ group: groupFacts(), pvOf: { [WWID]: "P" }, luns: [{ wwid: WWID, target: TARGET }] },
    targets: [{ target: TARGET, portals: [portal("10.0.0.1", { luns }), portal("10.0.0.2", { luns })] }],
    typed: null,
    contents: { [SECOND]: { contents: second, contentsProblem: null } },
    ...change,
  };
}

/** The group's own LUN, and another one. */
export const two = (change: Partial<LunLook> = {}) => [lun(), lun(SECOND, { lun: "0002000000000000", ...change })];

/** `STAGE NODE ID` of each. */
export const shape = (steps: readonly NodeStep[]) =>
  steps.map(({ id, target, stage = 0 }) => `${stage} ${target} ${id}`);
