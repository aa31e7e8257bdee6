import type { Command } from "../../../domain/plan.ts";
import type { PartsContext, Reader } from "../../contract.ts";
import { type GroupFacts, readGroupFacts } from "../../lvm/parts-facts.ts";
import { type NetworkLvmConfig, targetsOf, withTarget } from "./config.ts";
import {
  type FoundContents,
  lookAtContents,
  lookAtPortals,
  type LookTarget,
  lookTarget,
  type PortalFacts,
  readTargetState,
} from "./facts.ts";
import { lunsOf, networkLvmIdentity, type PlacedLun } from "./identity.ts";
import type { NodeState } from "./node-state.ts";
import { typedTarget } from "./source.ts";
import { lunLink, onlyLuns } from "./wwid.ts";

/** A target as the node reached it. */
export interface ShownTarget {
  target: string;
  portals: PortalFacts[];
}

/** The group as the node sees it, and the LUNs that its targets show there. */
export interface NetworkPartsFacts {
  group: GroupFacts;
  targets: ShownTarget[];
  /** The storage's LUNs, as they are pinned. */
  luns: PlacedLun[];
  /** Which PV each of the storage's LUNs is; empty where it is none. */
  pvOf: Record<string, string>;
  /** By WWID: what lies on LUNs that are not the storage's. */
  contents: Record<string, FoundContents>;
  /** What the node has already of a target that was typed; null where none was. It is the last of `targets`. */
  typed: NodeState | null;
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

/** Looks into the LUNs of a target that nothing is known of yet. */
async function lookInto(
  read: Reader,
  look: LookTarget,
  portals: readonly PortalFacts[],
  known: readonly string[],
): Promise<NetworkPartsFacts["contents"]> {
  const shown = portals.flatMap(({ luns }) => luns ?? []).flatMap(({ wwid }) => wwid ?? []);
  const others = [...new Set(shown)].filter((wwid) => !known.includes(wwid)).slice(0, MOST_LUNS);
  const contents: NetworkPartsFacts["contents"] = {};
  for (const wwid of others) contents[wwid] = await lookAtContents(read, portals, wwid, look);
  return contents;
}

/** Looks at group and LUNs through one node. Reads only. */
export async function readNetworkPartsFacts(
  read: Reader,
  { config, identity, source }: PartsContext<NetworkLvmConfig>,
): Promise<NetworkPartsFacts> {
  const { vgUuid } = networkLvmIdentity.parse(identity);
  const luns = lunsOf(identity);
  const own = luns.map(({ wwid }) => wwid);
  const san = typedTarget(source);
  const typed = san && (await readTargetState(read, san.target));
  const targets: ShownTarget[] = [];
  let contents: NetworkPartsFacts["contents"] = {};
  for (const look of targetsOf(san ? withTarget(config, san) : config).map(lookTarget)) {
    const portals = await lookAtPortals(read, look);
    targets.push({ target: look.target, portals });
    contents = { ...contents, ...(await lookInto(read, look, portals, [...own, ...Object.keys(contents)])) };
  }
  const group = await readGroupFacts(read, vgUuid, onlyLuns(own));
  return { group, targets, luns, pvOf: await readPvOf(read, own), contents, typed };
}
