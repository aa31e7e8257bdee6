import type { drizzle } from "drizzle-orm/postgres-js";
import type * as schema from "../../../lib/db/schema/index.ts";
import type { StorageFigures } from "../../../lib/domain/live.ts";

export type Database = ReturnType<typeof drizzle<typeof schema>>;

/** What tests look for by id or name. */
export const SEED = {
  cluster: { id: "cl_seedkvm0000000", name: "fra-kvm" },
  empty: { id: "cl_seedempty00000", name: "ams-kvm" },
  main: { id: "st_seedfile000000", name: "ssd" },
  fast: { id: "st_seedlvm0000000", name: "fast" },
  node: { id: "nd_seed0000000001", name: "kvm-01" },
  drive: { id: "dr_seed0000000001", label: "web-1" },
  gone: { id: "dr_seed0000000009", label: "lost" },
  done: "tk_seeddone000000",
  undone: "tk_seedundone0000",
  failed: "tk_seedfailed0000",
} as const;

export const GIB = 1024 ** 3;
export const HOUR = 3_600_000;
export const before = (ms: number) => new Date(Date.now() - ms);

export function figures(size: number, share: number): StorageFigures {
  const used = Math.round(size * share);
  return { size, used, allocated: used, free: size - used };
}
