import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { type Instance, bridgeName, hostAddress } from "./instance.ts";
import { run, tryRun, waitFor } from "./run.ts";

/** Name of a node's tap device; `index` counts from 1. Interface names end at 15 characters. */
export const tapName = (instance: Instance, index: number) => `spl${instance.subnet}t${index}`;

const present = (link: string) => existsSync(`/sys/class/net/${link}`);

/** Makes the instance's bridge, with the host's address on it. There is no route to anywhere else. */
export async function ensureBridge(instance: Instance): Promise<void> {
  const bridge = bridgeName(instance);
  if (!present(bridge))
    await run(["ip", "link", "add", bridge, "type", "bridge", "stp_state", "0", "forward_delay", "0"]);
  await run(["ip", "addr", "replace", `${hostAddress(instance)}/24`, "dev", bridge]);
  await run(["ip", "link", "set", bridge, "up"]);
  await flushNeighbours(bridge);
}

/** After a restore the addresses are the same and the neighbours' states are not. */
async function flushNeighbours(bridge: string): Promise<void> {
  // ip lists the entries, then deletes each: it ends with an error where the kernel has dropped one in between.
  await waitFor(`no neighbours on ${bridge}`, 5_000, async () => {
    const { code } = await tryRun(["ip", "neigh", "flush", "dev", bridge]);
    return code === 0 ? true : undefined;
  });
}

/** Makes the node's tap. A tap that is there keeps its place: a cut node stays cut. */
export async function ensureTap(instance: Instance, index: number): Promise<void> {
  const tap = tapName(instance, index);
  if (present(tap)) return;
  await run(["ip", "tuntap", "add", "dev", tap, "mode", "tap"]);
  await attachTap(instance, index);
}

/** Puts the node's tap on the bridge. */
export async function attachTap(instance: Instance, index: number): Promise<void> {
  await run(["ip", "link", "set", tapName(instance, index), "master", bridgeName(instance), "up"]);
}

/** Takes the node's tap off the bridge: frames go nowhere, the node's link stays up, as with a dead switch port in between. */
export async function detachTap(instance: Instance, index: number): Promise<void> {
  await run(["ip", "link", "set", tapName(instance, index), "nomaster"]);
}

/** True when the node's tap is on the bridge. */
export function isAttached(instance: Instance, index: number): boolean {
  return present(`${tapName(instance, index)}/master`);
}

/** Removes the bridge and every tap of the instance, those of an earlier run included. */
export async function removeNetwork(instance: Instance): Promise<void> {
  const taps = new RegExp(`^spl${instance.subnet}t\\d+$`);
  for (const link of await readdir("/sys/class/net")) if (taps.test(link)) await run(["ip", "link", "del", link]);
  const bridge = bridgeName(instance);
  if (present(bridge)) await run(["ip", "link", "del", bridge]);
}
