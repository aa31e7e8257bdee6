import type { Command } from "../../../domain/plan.ts";
import type { PartsContext, Reader } from "../../contract.ts";
import { type GroupFacts, readGroupFacts } from "../../lvm/parts-facts.ts";
import type { NetworkLvmConfig } from "./config.ts";
import { type FoundContents, lookAtContents, lookAtPortals, lookConfig, type PortalFacts } from "./facts.ts";
import { networkLvmIdentity, wwidsOf } from "./identity.ts";
import { lunLink, onlyLuns } from "./wwid.ts";

/** The group as the node sees it, and the LUNs that the target shows there. */
export interface NetworkPartsFacts {
  group: GroupFacts;
  portals: PortalFacts[];
  /** Which PV each of the storage's LUNs is; empty where it is none. */
  pvOf: Record<string, string>;
  /** By WWID: what lies on LUNs that are not the storage's. */
  contents: Record<string, FoundContents>;
}

/** More LUNs of one target are not looked into: each costs a login. */
const MOST_LUNS = 32;

/** UUID of the PV on each device, one a line; `-` where there is none. */
const PV_OF = `for device; do
  uuid=$(pvs --readonly --devices "$device" --noheadings -o pv_uuid -- "$device" 2>/dev/null | tr -d ' ')
  echo "\${uuid:--}"
done`;

const pvOfCommand = (wwids: readonly string[]): Command => ({
  argv: ["sh", "-c", PV_OF, "spindle", ...wwids.map(lunLink)],
  timeoutMs: 60_000,
});

async function readPvOf(read: Reader, wwids: readonly string[]): Promise<Record<string, string>> {
  const lines = (await read(pvOfCommand(wwids))).stdout.split("\n");
  return Object.fromEntries(wwids.map((wwid, index) => [wwid, (lines[index] ?? "").replace(/^-$/, "")]));
}

/** Looks at group and LUNs through one node. Reads only. */
export async function readNetworkPartsFacts(
  read: Reader,
  { config, identity }: PartsContext<NetworkLvmConfig>,
): Promise<NetworkPartsFacts> {
  const own = wwidsOf(identity);
  const { vgUuid } = networkLvmIdentity.parse(identity);
  const look = lookConfig(config);
  const portals = await lookAtPortals(read, look);
  const shown = portals.flatMap(({ luns }) => luns ?? []).flatMap(({ wwid }) => wwid ?? []);
  const others = [...new Set(shown)].filter((wwid) => !own.includes(wwid)).slice(0, MOST_LUNS);
  const contents: NetworkPartsFacts["contents"] = {};
  for (const wwid of others) contents[wwid] = await lookAtContents(read, portals, wwid, look);
  const group = await readGroupFacts(read, vgUuid, onlyLuns(own));
  return { group, portals, pvOf: await readPvOf(read, own), contents };
}
