import type { PlannedView } from "./planned.ts";
import { type Text, text } from "./text.ts";

/** A storage on one node may be made of parts, each on a disk: an LVM storage of PVs. */

export const PARTS_VERBS = ["add", "grow", "empty", "remove"] as const;
export type PartsVerb = (typeof PARTS_VERBS)[number];

/** A part as it is now. Bytes; null: not known. */
export interface Part {
  id: string;
  /** The name its device has now; null while it is missing. */
  device: string | null;
  size: number | null;
  free: number | null;
  isMissing: boolean;
}

/** A disk of the node: unused, or with what was found on it. */
export interface DiskView {
  /** The name that follows it; null where it has none. */
  link: string | null;
  /** As a person knows it: its device, or its worldwide name. */
  name: string;
  model: string;
  serial: string;
  size: number;
  uses: Text[];
  /** Where it is reached; left out where all are reached alike. */
  at?: string;
}

/** What a look at a node found, and what the request that was sent along comes to. */
export interface PartsView {
  disks: DiskView[];
  parts: Part[];
  /** Why nothing, or not everything, is seen of where further disks are said to be, by field of what was typed. */
  sourceProblems?: Record<string, Text>;
  planned: PlannedView | null;
}

const usedOf = ({ size, free }: Part): number | null => (size === null || free === null ? null : size - free);

/** Why a part can't be emptied, or taken out, now; null when it can. One table for pages and server. */
export function partObstacle(verb: "empty" | "remove", part: Part, parts: readonly Part[]): Text | null {
  const values = { part: part.device ?? part.id };
  if (part.isMissing) return text("parts.obstacle.missing", values);
  if (parts.every((other) => other.id === part.id || other.isMissing)) return text("parts.obstacle.only", values);
  const used = usedOf(part);
  if (used === null) return text("parts.obstacle.unknown", values);
  if (verb === "remove") return used > 0 ? text("parts.obstacle.holds", values) : null;
  return used === 0 ? text("parts.obstacle.empty", values) : null;
}
