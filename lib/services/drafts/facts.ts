import type { ErrorView } from "../../domain/errors.ts";
import type { Hypervisor } from "../../hypervisor/contract.ts";
import type { DirectoryFacts } from "../../storage/directories.ts";

/** What a look has found so far: the column `facts` of a draft's machine. Input of the plan, never shown as it is. */
export interface MachineFacts {
  /** As the hypervisor returned it. */
  host: Record<string, unknown>;
  hostDone: boolean;
  /** The cluster's own directories, image first. */
  dirs: DirectoryFacts[] | null;
  dirsBasis: string;
  storages: Record<string, StorageFacts>;
}

/** What was found for one storage, and the config it was looked for with. */
export interface StorageFacts {
  basis: string;
  facts?: unknown;
  error?: ErrorView;
}

export const NO_FACTS: MachineFacts = { host: {}, hostDone: false, dirs: null, dirsBasis: "", storages: {} };

/** What facts of a storage depend on: when it differs, they are of another question. */
export function basisOf(value: unknown): string {
  return JSON.stringify(value);
}

/** Whether facts were looked for with a storage of this kind: a key may have been another storage's before. */
export function isOfKind(facts: StorageFacts, kind: string): boolean {
  const [of] = JSON.parse(facts.basis) as unknown[];
  return of === kind;
}

/** The hypervisor's own facts, as far as they are known. Written by the panel itself, so their shape is trusted. */
export function hostFactsOf<F>(_hypervisor: Hypervisor<F>, facts: MachineFacts): Partial<F> {
  return facts.host as Partial<F>;
}
