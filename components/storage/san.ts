import type { Tone } from "#lib/domain/badges.ts";
import { type Bag, bags, isBag } from "#lib/domain/storage-details.ts";

/**
 * Reads what a check says of the way to a storage's LUNs. It comes from a node, so nothing in it is taken for granted: what
 * has not the expected shape is left out.
 */

/** One way to a LUN: a session, and the disk that it makes of the LUN; either can be missing. */
export interface LunPath {
  /** Where the session was logged in to, in the driver's words; null: the disk's session is gone. */
  portal: string | null;
  /** The kernel's word for the session, such as LOGGED_IN; null where there is none. */
  session: string | null;
  /** Name of the disk; null where the session shows no such LUN. */
  disk: string | null;
  /** The kernel's word for the disk, such as running. */
  state: string | null;
  tone: Tone;
}

export interface Lun {
  wwid: string;
  /** Name of the target that it lies on; null where the check did not say. */
  target: string | null;
  /** The multipath device; size in bytes. */
  device: { name: string; isSuspended: boolean; size: number | null } | null;
  paths: LunPath[];
}

const word = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

function toneOf(session: string | null, state: string | null): Tone {
  if (session === "LOGGED_IN" && state === "running") return "ok";
  return "bad";
}

function pathOf(session: Bag | undefined, disk: Bag | undefined): LunPath {
  const [sessionState, state] = [word(session?.state), word(disk?.state)];
  return {
    ...{ portal: word(session?.portal), session: sessionState },
    ...{ disk: word(disk?.name), state, tone: toneOf(sessionState, state) },
  };
}

/** Every session with its disk of the LUN, or without one; then disks whose session is gone. */
function pathsOf(lun: Bag, sessions: readonly Bag[]): LunPath[] {
  const disks = bags(lun.paths);
  const numbers = sessions.map(({ number }) => number);
  const bySession = sessions.flatMap((session) => {
    const own = disks.filter((disk) => disk.session === session.number);
    return own.length > 0 ? own.map((disk) => pathOf(session, disk)) : [pathOf(session, undefined)];
  });
  const stray = disks.filter((disk) => !numbers.includes(disk.session)).map((disk) => pathOf(undefined, disk));
  return [...bySession, ...stray].sort((a, b) => (a.portal ?? "~").localeCompare(b.portal ?? "~"));
}

/** Sessions that should show the LUN, those of its target, and any other that does. */
function sessionsFor(lun: Bag, sessions: readonly Bag[]): Bag[] {
  const showing = bags(lun.paths).map(({ session }) => session);
  return sessions.filter(({ target, number }) => target === lun.target || showing.includes(number));
}

function deviceOf(value: unknown): Lun["device"] {
  if (!isBag(value)) return null;
  const { name, isSuspended, size } = value;
  return {
    name: word(name) ?? "",
    isSuspended: isSuspended === true,
    size: typeof size === "number" && Number.isFinite(size) ? size : null,
  };
}

/** The LUNs of a storage as one node reaches them; empty where it has none. */
export function readLuns(details: Record<string, unknown> | null | undefined): Lun[] {
  const san = isBag(details?.san) ? details.san : {};
  const sessions = bags(san.sessions);
  return bags(san.luns).map((lun) => ({
    ...{ wwid: word(lun.wwid) ?? "", target: word(lun.target), device: deviceOf(lun.device) },
    paths: pathsOf(lun, sessionsFor(lun, sessions)),
  }));
}
