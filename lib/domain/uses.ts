import { isWithin } from "./names.ts";

/** A name that a storage claims in its cluster, and the field of its form that names it. */
export interface Claim {
  /** `directory` collides with the same directory and with those inside; everything else with the same value. */
  what: string;
  value: string;
  field: string;
}

/** What a storage takes for itself on one node, by identity instead of by name. */
export interface Use {
  /** Trees of one scope collide when one lies in the other; things when they are equal. */
  what: "tree" | "thing";
  /** The file system of a tree; the sort of a thing, such as `volume-group`. */
  scope: string;
  /** Path from the root of the file system; UUID of the thing. */
  value: string;
  /** As a person knows it: the path or name that was typed. */
  label: string;
  /** Its storage's capacity is that of the scope: two such storages in one scope share one capacity. */
  isCapacity?: boolean;
}

/** Whether two claims can't stand in one cluster. */
export function claimsCollide(a: Claim, b: Claim): boolean {
  if (a.what !== b.what) return false;
  return a.what === "directory" ? isWithin(a.value, b.value) || isWithin(b.value, a.value) : a.value === b.value;
}

/** Whether two uses on one node are the same place, or one lies in the other. */
export function usesCollide(a: Use, b: Use): boolean {
  if (a.what !== b.what || a.scope !== b.scope) return false;
  return a.what === "tree" ? isWithin(a.value, b.value) || isWithin(b.value, a.value) : a.value === b.value;
}

/** Whether two uses have one capacity between them. */
export function shareCapacity(a: Use, b: Use): boolean {
  return a.isCapacity === true && b.isCapacity === true && a.scope === b.scope;
}
