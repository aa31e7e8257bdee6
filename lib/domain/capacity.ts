/** A storage's space, in bytes; null is not known. */
export interface Capacity {
  /** The physical size. */
  size: number | null;
  used: number | null;
  /** Promised to drives; more than the size where it is overcommitted. */
  allocated?: number | null;
  /** Kept free on purpose, at the end of the size. */
  reserve?: number | null;
  /** The most that may be promised to drives. */
  limit?: number | null;
}

/** Places on one scale from 0 to 1. */
export interface CapacityParts {
  used: number;
  allocated: number;
  /** Where the physical size ends: 1 unless more is promised, or may be. */
  size: number;
  reserve: { from: number; to: number } | null;
  limit: number | null;
}

/** Where the parts of a capacity lie on one scale, which reaches to whatever is greatest; null where the size is not known. */
export function capacityParts({ size, used, allocated, reserve, limit }: Capacity): CapacityParts | null {
  if (size === null || size <= 0) return null;
  const scale = Math.max(size, allocated ?? 0, limit ?? 0);
  const at = (bytes: number | null | undefined) => Math.min(1, Math.max(0, (bytes ?? 0) / scale));
  const kept = Math.min(size, Math.max(0, reserve ?? 0));
  return {
    used: at(Math.min(used ?? 0, size)),
    allocated: at(allocated),
    size: at(size),
    reserve: kept > 0 ? { from: at(size - kept), to: at(size) } : null,
    limit: limit === null || limit === undefined ? null : at(limit),
  };
}

/** How much more is promised to drives than there is, in bytes; null where that is not so, or not known. */
export function overcommitted({ size, allocated }: Capacity): number | null {
  return size !== null && allocated != null && allocated > size ? allocated - size : null;
}
