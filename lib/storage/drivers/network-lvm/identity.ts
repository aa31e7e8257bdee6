import { z } from "zod";
import { lvmIdentity } from "../../lvm/identity.ts";

/** What a Network LVM storage is pinned by: the same on every node but for the file systems of the cluster's directories. */
export const networkLvmIdentity = lvmIdentity.extend({
  /** Of its LUNs, as multipath has them, joined by commas: that of the form first, then those that were added. */
  wwid: z.string(),
  /** Names of the targets that they lie on, in the order of the LUNs, joined by commas; one alone is every LUN's. */
  target: z.string(),
});
export type NetworkLvmIdentity = z.infer<typeof networkLvmIdentity>;

/** A LUN of a storage, and the name of the target that it lies on. */
export interface PlacedLun {
  wwid: string;
  target: string;
}

/** The LUNs that a storage lies on. */
export function lunsOf(identity: unknown): PlacedLun[] {
  const { wwid, target } = networkLvmIdentity.parse(identity);
  const [first = "", ...more] = target.split(",");
  const targetAt = (index: number) => (index === 0 ? first : (more[index - 1] ?? first));
  return wwid.split(",").map((one, index) => ({ wwid: one, target: targetAt(index) }));
}

/** The same as it is pinned. */
export function pinOf(luns: readonly PlacedLun[]): Pick<NetworkLvmIdentity, "wwid" | "target"> {
  const targets = luns.map(({ target }) => target);
  const isOne = new Set(targets).size === 1;
  return { wwid: luns.map(({ wwid }) => wwid).join(","), target: isOne ? (targets[0] ?? "") : targets.join(",") };
}

/** WWIDs of the LUNs that a storage lies on. */
export const wwidsOf = (identity: unknown): string[] => lunsOf(identity).map(({ wwid }) => wwid);

/** WWIDs of those of them that lie on one target. */
export const wwidsOn = (luns: readonly PlacedLun[], target: string): string[] =>
  luns.flatMap((lun) => (lun.target === target ? lun.wwid : []));
