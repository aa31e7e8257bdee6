import type { StorageDriver } from "../../contract.ts";
import { chapSecret, chapSecretsOf, looksWith, type NetworkLvmConfig, networkLvmConfig, portalsOf } from "./config.ts";
import { networkLvmDrives } from "./drives.ts";
import { type LookConfig, type NetworkLvmFacts, readNetworkLvmFacts } from "./facts.ts";
import { foundNetworkLvm } from "./found.ts";
import { networkLvmIdentity } from "./identity.ts";
import { joinNetworkLvm, previewNetworkLvm } from "./join.ts";
import { leaveNetworkLvm } from "./leave.ts";
import { probeNetworkLvm, readNetworkLvmCheck } from "./probe.ts";

function lookConfig(config: NetworkLvmConfig): LookConfig {
  return { ...config, portals: portalsOf(config), secrets: chapSecretsOf(config) };
}

/** Drives as LVs of a volume group on a LUN that all nodes reach by iSCSI. */
export const networkLvmDriver: StorageDriver<NetworkLvmConfig, NetworkLvmFacts> = {
  kind: "network-lvm",
  config: networkLvmConfig,
  capabilities: { shared: true, format: "raw", preallocated: true },
  secrets: { chapSecret, reverseSecret: chapSecret },
  packages: ["lvm2", "open-iscsi", "multipath-tools"],
  claims: ({ vgName, wwid }) => [
    { what: "volume-group", value: vgName, field: "vgName" },
    { what: "lun", value: wwid, field: "wwid" },
  ],
  things: (identity) => {
    const { vgUuid, wwid } = networkLvmIdentity.parse(identity);
    return [
      { scope: "volume-group", value: vgUuid },
      { scope: "lun", value: wwid },
    ];
  },
  looksWith,
  facts: (read, config, dirs) => readNetworkLvmFacts(read, lookConfig(config), dirs),
  found: foundNetworkLvm,
  join: joinNetworkLvm,
  leave: leaveNetworkLvm,
  preview: previewNetworkLvm,
  probe: (config, dirs, identity) => probeNetworkLvm(config, dirs, identity),
  readCheck: readNetworkLvmCheck,
  drives: networkLvmDrives,
  parts: null,
};
