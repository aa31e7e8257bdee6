import type { StorageDriver } from "../../contract.ts";
import { type LvmConfig, lvmConfig } from "./config.ts";
import { lvmDrives } from "../../lvm/drives.ts";
import { type LvmFacts, readLvmFacts } from "./facts.ts";
import { foundLvm } from "./found.ts";
import { lvmIdentity } from "../../lvm/identity.ts";
import { joinLvm, previewLvm } from "./join.ts";
import { leaveLvm } from "./leave.ts";
import { lvmParts } from "./parts.ts";
import { probeLvm, readLvmCheck } from "../../lvm/probe.ts";

/** Drives as LVs of a volume group on the node's own disks. */
export const lvmDriver: StorageDriver<LvmConfig, LvmFacts> = {
  kind: "lvm",
  config: lvmConfig,
  capabilities: { shared: false, format: "raw", preallocated: true, leavesLost: false },
  packages: ["lvm2"],
  claims: (config) => [{ what: "volume-group", value: config.vgName, field: "vgName" }],
  things: (identity) => [{ scope: "volume-group", value: lvmIdentity.parse(identity).vgUuid }],
  facts: readLvmFacts,
  found: foundLvm,
  join: joinLvm,
  leave: leaveLvm,
  preview: previewLvm,
  probe: (config, dirs, identity) => probeLvm(config, dirs, identity),
  readCheck: readLvmCheck,
  drives: lvmDrives,
  parts: lvmParts,
};
