import { z } from "zod";
import { lvmIdentity } from "../../lvm/identity.ts";

/** What a Network LVM storage is pinned by: the same on every node but for the file systems of the cluster's directories. */
export const networkLvmIdentity = lvmIdentity.extend({
  /** Of the LUN, as multipath has it. */
  wwid: z.string(),
  target: z.string(),
});
export type NetworkLvmIdentity = z.infer<typeof networkLvmIdentity>;
