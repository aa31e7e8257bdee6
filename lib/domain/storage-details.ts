/** What a storage's check reports for its page, and for whoever changes the storage next. */

/** A volume group; sizes are bytes. */
export interface GroupDetails {
  name: string;
  uuid: string;
  size: number | null;
  free: number | null;
  extentSize: number | null;
  extents: number | null;
  freeExtents: number | null;
  metadataSize: number | null;
  metadataFree: number | null;
}

export interface PhysicalVolume {
  uuid: string;
  /** Its name now; null while it is missing. */
  device: string | null;
  size: number | null;
  free: number | null;
  isMissing: boolean;
}

/** A partition that holds one or more of the directories; capacity is counted once for each (S14). */
export interface PartitionDetails {
  source: string;
  target: string;
  type: string;
  uuid: string | null;
  directories: string[];
  size: number | null;
  used: number | null;
  free: number | null;
}

interface StorageDetails {
  group: GroupDetails | null;
  pvs: PhysicalVolume[];
  lvCount: number | null;
  /** Maps of the kernel that lie on a device that is no longer there. */
  staleMaps: { name: string }[];
  partitions: PartitionDetails[];
}

export type Bag = Record<string, unknown>;

/** Whether it is an object that is no list. */
export const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** Of a list those that are objects; none of anything else. */
export const bags = (value: unknown): Bag[] => (Array.isArray(value) ? value.filter(isBag) : []);
const words = (value: unknown): string => (typeof value === "string" ? value : "");
const bytes = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

function groupOf(value: unknown): GroupDetails | null {
  if (!isBag(value)) return null;
  return {
    name: words(value.name),
    uuid: words(value.uuid),
    size: bytes(value.size),
    free: bytes(value.free),
    extentSize: bytes(value.extentSize),
    extents: bytes(value.extents),
    freeExtents: bytes(value.freeExtents),
    metadataSize: bytes(value.metadataSize),
    metadataFree: bytes(value.metadataFree),
  };
}

function pvOf(value: Bag): PhysicalVolume {
  return {
    uuid: words(value.uuid),
    device: words(value.device) || null,
    size: bytes(value.size),
    free: bytes(value.free),
    isMissing: value.isMissing === true,
  };
}

function partitionOf(value: Bag): PartitionDetails {
  const directories = Array.isArray(value.directories)
    ? value.directories.filter((each) => typeof each === "string")
    : [];
  return {
    source: words(value.source),
    target: words(value.target),
    type: words(value.type),
    uuid: words(value.uuid) || null,
    directories,
    size: bytes(value.size),
    used: bytes(value.used),
    free: bytes(value.free),
  };
}

/** Reads them as they were kept. They come from a node, so nothing is taken for granted: what has not its shape is left out. */
export function readDetails(details: Record<string, unknown> | null | undefined): StorageDetails {
  const group = groupOf(details?.vg);
  return {
    group,
    pvs: bags(details?.pvs).map(pvOf),
    lvCount: group ? bytes(details?.lvCount) : null,
    staleMaps: bags(details?.staleMaps).map((map) => ({ name: words(map.name) })),
    partitions: bags(details?.partitions).map(partitionOf),
  };
}
