import type { StorageDriver } from "../../contract.ts";
import { chapSecret, looksWith, type NetworkLvmConfig, networkLvmConfig } from "./config.ts";
import { networkLvmDrives } from "./drives.ts";
import { lookConfig, type NetworkLvmFacts, readNetworkLvmFacts } from "./facts.ts";
import { foundNetworkLvm } from "./found.ts";
import { networkLvmIdentity, wwidsOf } from "./identity.ts";
import { joinNetworkLvm, previewNetworkLvm } from "./join.ts";
import { leaveNetworkLvm } from "./leave.ts";
import { networkLvmLeftovers } from "./leftovers.ts";
import { compareMaps } from "./map-drift.ts";
import { networkLvmParts } from "./parts.ts";
import { probeNetworkLvm, readNetworkLvmCheck } from "./probe.ts";

/** Drives as LVs of a volume group on a LUN that all nodes reach by iSCSI. */
export const networkLvmDriver: StorageDriver<NetworkLvmConfig, NetworkLvmFacts> = {
  kind: "network-lvm",
  config: networkLvmConfig,
  capabilities: { shared: true, format: "raw", preallocated: true, leavesLost: true },
  secrets: { chapSecret, reverseSecret: chapSecret },
  packages: ["lvm2", "open-iscsi", "multipath-tools"],
  claims: ({ vgName, wwid }) => [
    { what: "volume-group", value: vgName, field: "vgName" },
    { what: "lun", value: wwid, field: "wwid" },
  ],
  things: (identity) => {
    const { vgUuid } = networkLvmIdentity.parse(identity);
    return [{ scope: "volume-group", value: vgUuid }, ...wwidsOf(identity).map((value) => ({ scope: "lun", value }))];
  },
  looksWith,
  facts: (read, config, dirs) => readNetworkLvmFacts(read, lookConfig(config), dirs),
  found: foundNetworkLvm,
  join: joinNetworkLvm,
  leave: leaveNetworkLvm,
  preview: previewNetworkLvm,
  probe: (config, dirs, identity) => probeNetworkLvm(config, dirs, identity),
  readCheck: readNetworkLvmCheck,
  compare: compareMaps,
  drives: networkLvmDrives,
  parts: networkLvmParts,
  leftovers: networkLvmLeftovers,
};
