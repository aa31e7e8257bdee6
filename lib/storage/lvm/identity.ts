import { z } from "zod";

/** What an LVM storage is pinned by on one node. The file systems of the cluster's directories as in the File driver. */
export const lvmIdentity = z.object({
  /** With its dashes, as `vgs -o vg_uuid` prints it. */
  vgUuid: z.string(),
  /** UUIDs of the VG's PVs at join, with their dashes, joined by commas; each is found again by `/dev/disk/by-id/lvm-pv-uuid-UUID`. */
  pvUuids: z.string(),
  imageFs: z.string(),
  shareFs: z.string(),
});
export type LvmIdentity = z.infer<typeof lvmIdentity>;
