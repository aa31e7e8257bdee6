import { createHash } from "node:crypto";

/** Plain data with its keys in one order. Written by the engine's own JSON then: a plan of a thousand nodes is megabytes. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(entries)
      .sort()
      .map((key) => [key, sorted(entries[key])]),
  );
}

/** The same text for equal values, whatever the order in which their keys were written; `undefined` counts as absent. */
const canonical = (value: unknown): string => JSON.stringify(sorted(value)) ?? "null";

/** SHA-256 of plain data, in hexadecimal. */
export function digest(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}
