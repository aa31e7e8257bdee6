import { readDetails } from "../../domain/storage-details.ts";
import type { Identity } from "../contract.ts";
import { lvmIdentity } from "./identity.ts";

/** The VG's PVs as they were seen last, or as they were at the join: it may have been given others since. */
export function pvUuidsOf(identity: Identity, details: Record<string, unknown> | null): string[] {
  const seen = readDetails(details).pvs.map((pv) => pv.uuid);
  return seen.length > 0 ? seen : lvmIdentity.parse(identity).pvUuids.split(",");
}
