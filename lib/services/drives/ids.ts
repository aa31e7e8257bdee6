import { createHash, randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

const letters = (bytes: Uint8Array) => [...bytes].map((byte) => ALPHABET[byte % 32]).join("");

/** A key for one form: the ids of the drives it makes follow from it. */
export function newRequestKey(): string {
  return letters(randomBytes(20));
}

/** The id of the n-th drive of a form, the same each time: a request that is sent twice makes its drives once. */
export function driveIdOf(actorId: string, key: string, index: number): string {
  const hash = createHash("sha256").update(`${actorId}\n${key}\n${index}`).digest();
  return `dr_${letters(hash.subarray(0, 16))}`;
}
