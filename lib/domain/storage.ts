/** The storage types, their words and the rules between type, virtualization and drive format (S04, S06, S07). */

export const VIRTUALIZATIONS = ["kvm", "lxd"] as const;
export type Virtualization = (typeof VIRTUALIZATIONS)[number];

export const STORAGE_KINDS = ["file", "lvm", "ceph", "zfs", "network-lvm", "nas"] as const;
export type StorageKind = (typeof STORAGE_KINDS)[number];

export const DRIVE_FORMATS = ["raw", "qcow2"] as const;
export type DriveFormat = (typeof DRIVE_FORMATS)[number];

/** What a cluster of each virtualization may hold (S07). */
export const KINDS_BY_VIRTUALIZATION: Record<Virtualization, readonly StorageKind[]> = {
  kvm: ["file", "lvm", "ceph", "network-lvm", "nas"],
  lxd: ["zfs"],
};

/** The one drive format of each type in KVM clusters (S04); ZFS holds LXD's own datasets. */
export const FORMAT_BY_KIND: Record<StorageKind, DriveFormat | null> = {
  file: "qcow2",
  lvm: "raw",
  ceph: "raw",
  zfs: null,
  "network-lvm": "raw",
  nas: "qcow2",
};

/** Whether all nodes of a cluster see one and the same space. */
export const SHARED_BY_KIND: Record<StorageKind, boolean> = {
  file: false,
  lvm: false,
  ceph: true,
  zfs: false,
  "network-lvm": true,
  nas: true,
};
