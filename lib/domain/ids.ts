import { randomBytes } from "node:crypto";

/** Prefix of every kind of id; the prefix makes a log line readable without a join. */
export const ID_PREFIX = {
  cluster: "cl",
  node: "nd",
  storage: "st",
  task: "tk",
  plan: "pl",
  draft: "df",
  drive: "dr",
  secret: "se",
  panel: "pa",
} as const;

export type IdKind = keyof typeof ID_PREFIX;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** A new random id such as `nd_8f3k…` (80 bits, safe in file, unit, tag and column names). */
export function newId(kind: IdKind): string {
  let tail = "";
  for (const byte of randomBytes(16)) tail += ALPHABET[byte % 32];
  return `${ID_PREFIX[kind]}_${tail}`;
}
