import { z } from "zod";
import { lvmIdentity } from "../../lvm/identity.ts";

/** What a Network LVM storage is pinned by: the same on every node but for the file systems of the cluster's directories. */
export const networkLvmIdentity = lvmIdentity.extend({
  /** Of its LUNs, as multipath has them, joined by commas: that of the form first, then those that were added. */
  wwid: z.string(),
  target: z.string(),
});
export type NetworkLvmIdentity = z.infer<typeof networkLvmIdentity>;

/** WWIDs of the LUNs that a storage lies on. */
export const wwidsOf = (identity: unknown): string[] => networkLvmIdentity.parse(identity).wwid.split(",");
