import { KINDS_BY_VIRTUALIZATION, STORAGE_KINDS, type StorageKind, type Virtualization } from "../domain/storage.ts";
import type { StorageDriver } from "./contract.ts";
import { fileDriver } from "./drivers/file/index.ts";
import { lvmDriver } from "./drivers/lvm/index.ts";
import { networkLvmDriver } from "./drivers/network-lvm/index.ts";

const DRIVERS: Partial<Record<StorageKind, StorageDriver>> = {
  file: fileDriver,
  lvm: lvmDriver,
  "network-lvm": networkLvmDriver,
};

/** The driver of a kind; null for a kind that this release can't use yet. */
export function driverOf(kind: StorageKind): StorageDriver | null {
  return DRIVERS[kind] ?? null;
}

/** The driver of a kind that is in use. Throws when this release has none. */
export function requireDriver(kind: string): StorageDriver {
  const known = STORAGE_KINDS.find((name) => name === kind);
  const driver = known && driverOf(known);
  if (!driver) throw new Error(`There is no driver for ${kind}`);
  return driver;
}

/** The kinds this release can use. */
export function availableKinds(): ReadonlySet<StorageKind> {
  return new Set(STORAGE_KINDS.filter((kind) => driverOf(kind) !== null));
}

/** The kinds a cluster of this virtualization may hold, whether they can be used yet or not (S07). */
export function kindsFor(virtualization: Virtualization): readonly StorageKind[] {
  return KINDS_BY_VIRTUALIZATION[virtualization];
}
