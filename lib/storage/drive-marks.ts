import type { Ownership } from "./contract.ts";

/** Lines that checks of drives print before they refuse; what they mean is said by `Failure`s of the step. */
export const REFUSAL = "spindle: ";

/** Shell function `refuse WORD…`: prints why nothing is done, and ends. */
export const REFUSE_SCRIPT = `
refuse() { printf '${REFUSAL}%s\\n' "$*"; exit 1; }
`;

/** Whose a volume is, as its mark says. */
export interface DriveMark {
  panel: string;
  storage: string;
  drive: string;
}

/** Whether a mark is this storage's for the drive of that name. */
export function isOwnMark(
  mark: Partial<DriveMark>,
  owner: Pick<Ownership, "panelId" | "storageId">,
  drive: string,
): boolean {
  return mark.panel === owner.panelId && mark.storage === owner.storageId && mark.drive === drive;
}

const PLAIN = /[A-Za-z0-9._-]/;

/** A label as plain letters for where only those are allowed: every other byte as `:hh`. */
export function encodeLabel(label: string): string {
  return [...Buffer.from(label, "utf8")]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return PLAIN.test(char) ? char : `:${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");
}

export function decodeLabel(encoded: string): string {
  const bytes = encoded.replace(/:([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** So long a change of so many bytes may take: a minute for itself, and a disk that writes 8 MiB a second. */
export function patienceFor(bytes: number): number {
  return Math.ceil(bytes / (8 * 1024 ** 2)) * 1000 + 300_000;
}
