import type { Cause, NodeHealth, StorageCheck, StorageStatus } from "./live.ts";
import { type Text, text } from "./text.ts";

/**
 * The rules between measurements and statuses. Pure: times come in, in milliseconds of a monotonic clock (`at`) and of
 * the wall clock (`wall`), and a new value goes out.
 */

/** Two checks count together only when they are this close to each other. */
const PAIR_WINDOW_MS = 30_000;
/** Without a line for this long a node is unknown, and one active look decides whether it is unreachable. */
export const SILENCE_MS = 4_000;
/** What the active look (TCP and the SSH banner) may take. */
export const LOOK_MS = 3_000;

/** What one check says by itself. */
type Verdict = StorageStatus;

/** A verdict that waits for a second one. */
interface Pending {
  verdict: Verdict;
  at: number;
  wall: number;
}

/** All that the rules remember of a storage on a node. */
export interface StorageTrack {
  status: StorageStatus;
  /** The last check disagrees with `status`, and no second one has confirmed it yet. */
  suspect: boolean;
  readOnly: boolean;
  full: boolean;
  /** Wall time of the first of the checks that led to this status; null while nothing was measured. */
  since: number | null;
  /** Wall time of the check that confirmed it. */
  confirmedAt: number | null;
  cause: Cause | null;
  /** How many checks in a row say what the last one says. */
  checks: number;
  pending: Pending | null;
}

export const UNMEASURED: StorageTrack = {
  status: "unknown",
  suspect: false,
  readOnly: false,
  full: false,
  since: null,
  confirmedAt: null,
  cause: null,
  checks: 0,
  pending: null,
};

const VERDICT: Record<StorageCheck["outcome"], Verdict> = {
  ok: "ok",
  degraded: "degraded",
  failed: "lost",
  late: "unknown",
};

/** From well to ill; between two verdicts that differ, the one nearer to what was proven before is proven now. */
const ILLNESS: Record<Verdict, number> = { ok: 0, degraded: 1, unknown: 2, lost: 3 };

/** What two checks in a row prove together. */
function proven(current: StorageStatus, first: Verdict, second: Verdict): Verdict {
  if (first === second) return first;
  const from = ILLNESS[current];
  const a = ILLNESS[first] - from;
  const b = ILLNESS[second] - from;
  // One above and one below: they prove nothing together.
  if (a * b < 0) return current;
  return Math.abs(a) < Math.abs(b) ? first : second;
}

/** A slow check proves nothing about data: it never makes a storage lost, and ends no `lost` either. */
function isNewEvidence(track: StorageTrack, verdict: Verdict): boolean {
  return !(verdict === "unknown" && track.status === "lost");
}

/** The next state of a storage after one check: one that disagrees makes it suspect, a second within seconds decides. */
export function advanceStorage(track: StorageTrack, check: StorageCheck, at: number, wall: number): StorageTrack {
  const verdict = VERDICT[check.outcome];
  const repeated = track.pending ? verdict === track.pending.verdict : track.since !== null && verdict === track.status;
  const checks = repeated ? track.checks + 1 : 1;
  if (track.since !== null && (verdict === track.status || !isNewEvidence(track, verdict))) {
    return { ...track, ...flagsOf(check), ...causeOf(track, check), suspect: false, pending: null, checks };
  }
  const pending = track.pending && at - track.pending.at <= PAIR_WINDOW_MS ? track.pending : null;
  if (!pending) {
    const suspect = verdict !== "ok" || track.status !== "unknown";
    return { ...track, suspect, checks, pending: { verdict, at, wall } };
  }
  const status = proven(track.status, pending.verdict, verdict);
  if (status === track.status && track.since !== null) {
    return { ...track, suspect: true, checks, pending: { verdict, at, wall } };
  }
  const next = { ...track, ...flagsOf(check), status, suspect: false, since: pending.wall, confirmedAt: wall, checks };
  return { ...next, cause: status === "ok" ? null : (check.cause ?? track.cause), pending: null };
}

function flagsOf(check: StorageCheck): Pick<StorageTrack, "readOnly" | "full"> {
  return { readOnly: check.readOnly === true, full: check.full === true };
}

/** A confirmed status keeps its first words unless the newer check says something else. */
function causeOf(track: StorageTrack, check: StorageCheck): Pick<StorageTrack, "cause"> {
  return { cause: track.status === "ok" ? null : (check.cause ?? track.cause) };
}

/** A storage of a node that can't be asked: what was proven is past, the next proof starts anew. */
export function forgetStorage(track: StorageTrack, wall: number): StorageTrack {
  if (track.status === "unknown" && track.pending === null) return track;
  return { ...UNMEASURED, since: wall };
}

/** Whether the next check should run at once instead of at its turn. */
export function wantsProof(track: StorageTrack): boolean {
  return track.since === null || track.pending !== null || track.suspect;
}

/** How the panel stands with a node. */
export type Link =
  /** Not connected since the panel started or the node joined. */
  | { state: "starting" }
  /** Lines arrive. */
  | { state: "live" }
  /** No line for too long, or the connection is gone; the active look has not decided. */
  | { state: "silent" }
  /** It answers, but the probe doesn't run: why. */
  | { state: "refused"; reason: Text }
  | { state: "unreachable"; reason: Text };

/** What node health is made of. */
export interface NodeSituation {
  link: Link;
  storages: { storageId: string; name: string; isMain: boolean; track: StorageTrack }[];
}

export interface NodeVerdict {
  health: NodeHealth;
  reason: Text | null;
  cause: Cause | null;
  warnings: Text[];
}

/** Health of a node from its link and its storages (S11): the main storage's loss corrupts it, another's is a warning. */
export function nodeVerdict({ link, storages }: NodeSituation): NodeVerdict {
  if (link.state !== "live") return { ...linkVerdict(link), cause: null, warnings: [] };
  const main = storages.find((storage) => storage.isMain);
  const warnings = storages.filter((storage) => storage !== main).flatMap(warningsOf);
  if (!main) return { health: "active", reason: null, cause: null, warnings };
  const values = { storage: main.name };
  if (main.track.status === "lost") {
    return { health: "corrupted", reason: text("live.node.main-lost", values), cause: main.track.cause, warnings };
  }
  if (main.track.status === "unknown") {
    const key = main.track.since === null || main.track.cause === null ? "main-unchecked" : "main-late";
    return { health: "unknown", reason: text(`live.node.${key}`, values), cause: main.track.cause, warnings };
  }
  return { health: "active", reason: null, cause: null, warnings: [...warningsOf(main), ...warnings] };
}

function linkVerdict(link: Exclude<Link, { state: "live" }>): Pick<NodeVerdict, "health" | "reason"> {
  switch (link.state) {
    case "starting":
      return { health: "unknown", reason: text("live.node.starting") };
    case "silent":
      return { health: "unknown", reason: text("live.node.silent") };
    case "refused":
      return { health: "unknown", reason: link.reason };
    case "unreachable":
      return { health: "unreachable", reason: link.reason };
  }
}

/** Sentences about one storage that does not corrupt its node. */
function warningsOf({ name, track }: NodeSituation["storages"][number]): Text[] {
  const values = { storage: name };
  if (track.status === "lost") return [text("live.warning.lost", values)];
  if (track.status === "unknown") return track.cause ? [text("live.warning.late", values)] : [];
  if (track.readOnly) return [text("live.warning.read-only", values)];
  if (track.full) return [text("live.warning.full", values)];
  return track.status === "degraded" ? [text("live.warning.degraded", values)] : [];
}
