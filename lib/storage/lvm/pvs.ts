import type { Identity } from "../contract.ts";
import { lvmIdentity } from "./identity.ts";

/** A PV as the storage's check reported it. */
export interface CheckedPv {
  uuid: string;
  device?: string | null;
  size?: number | null;
  free?: number | null;
  isMissing?: boolean;
}

export const pvsOf = (details: Record<string, unknown> | null): CheckedPv[] =>
  (details?.pvs as CheckedPv[] | undefined) ?? [];

/** The VG's PVs as they were seen last, or as they were at the join: it may have been given others since. */
export function pvUuidsOf(identity: Identity, details: Record<string, unknown> | null): string[] {
  const seen = pvsOf(details).map((pv) => pv.uuid);
  return seen.length > 0 ? seen : lvmIdentity.parse(identity).pvUuids.split(",");
}
