import type { Virtualization } from "../domain/storage.ts";
import type { Hypervisor } from "./contract.ts";
import { kvm } from "./kvm/index.ts";

const HYPERVISORS: Partial<Record<Virtualization, Hypervisor>> = { kvm };

/** What makes nodes of this virtualization; null where this release has nothing yet. */
export function hypervisorOf(virtualization: Virtualization): Hypervisor | null {
  return HYPERVISORS[virtualization] ?? null;
}
