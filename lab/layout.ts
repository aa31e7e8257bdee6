import type { LabNode } from "./node.ts";

/** Paths of the disks by their names in the lab; waits until udev has made them, which a busy host delays. */
async function diskPaths(node: LabNode, disks: readonly string[]): Promise<string[]> {
  const paths = disks.map((disk) => node.disk(disk).path);
  await node.sh(["udevadm", "wait", "--timeout=120", ...paths], { timeoutMs: 130_000 });
  return paths;
}

/**
 * Makes a volume group of whole disks, named as the lab names them (`disk1`), and returns its UUID.
 * `metadataSize` in LVM's words, e.g. `16m`, which holds thousands of volumes; LVM's own default is 508 KiB.
 */
export async function makeVolumeGroup(
  node: LabNode,
  name: string,
  disks: readonly string[],
  options: { metadataSize?: string } = {},
): Promise<string> {
  const paths = await diskPaths(node, disks);
  const size = options.metadataSize ? ["--metadatasize", options.metadataSize] : [];
  await node.sh(["vgcreate", "-q", ...size, name, ...paths], { timeoutMs: 120_000 });
  return (await node.sh(["vgs", "--noheadings", "-o", "vg_uuid", name])).trim();
}

/** Makes a file system (ext4, or xfs) on a disk and mounts it at `mountpoint`, in fstab too, so that it is there after a reboot, also one of a slow machine. */
export async function makeMountedFs(
  node: LabNode,
  disk: string,
  mountpoint: string,
  type: "ext4" | "xfs" = "ext4",
): Promise<void> {
  if (!/^\/[\w./-]+$/.test(mountpoint)) throw new Error(`no mount point for fstab: ${JSON.stringify(mountpoint)}`);
  const script = `set -eu
		case $3 in ext4) mkfs.ext4 -q -F "$1" ;; xfs) mkfs.xfs -q -f "$1" ;; esac
		mkdir -p "$2"
		echo "$1 $2 $3 defaults,nofail,x-systemd.device-timeout=10min 0 0" >> /etc/fstab
		systemctl daemon-reload
		mount "$2"`;
  await node.sh(["bash", "-c", script, "layout", ...(await diskPaths(node, [disk])), mountpoint, type], {
    timeoutMs: 120_000,
  });
}
