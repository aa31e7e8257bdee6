import type { Command } from "../../../domain/plan.ts";
import { LOOK_SCRIPT } from "./look-script.ts";
import type { Portal } from "./portals.ts";
import { wwidOf } from "./wwid.ts";

/** How a look signs in; secrets are ids of their rows. */
export interface SignIn {
  chapUser: string;
  reverseUser: string;
  secrets: string[];
}

/** Why a portal, or the target behind it, gave no answer: a word of `PROBLEMS`, and the tool's own words. */
export interface LookProblem {
  what: string;
  detail: string;
}

const PROBLEMS = [
  ...["silent", "unknown-host", "refused", "closed", "auth", "no-target", "moved", "no-chap", "target-unproven"],
  ...["no-lun", "scsi", "strange"],
];

/** A LUN as one portal shows it. */
export interface LunLook {
  /** Eight bytes in sixteen digits, as the target numbers it. */
  lun: string;
  /** Null: it has no name of its own that is unique. */
  wwid: string | null;
  /** Bytes. */
  size: number;
  /** Of reservations, in sixteen digits each: somebody keeps others from it, or is about to. */
  keys: string[];
  vendor: string;
  model: string;
  serial: string;
}

const SECONDS = 10;
/** A busy node takes its time to start a program. */
const GRACE_MS = 20_000;

type Mode = "targets" | "luns" | "read";

function command(mode: Mode, portal: Portal, rest: string[], secrets: string[] = []): Command {
  const argv = ["perl", "-e", LOOK_SCRIPT, "--", mode, String(SECONDS), portal.address, String(portal.port), ...rest];
  return {
    argv,
    ...(secrets.length > 0 ? { stdin: secrets.map((secret) => ({ secret })) } : { stdin: "" }),
    timeoutMs: SECONDS * 1000 + GRACE_MS,
  };
}

/** Asks a portal for its targets. */
export const targetsCommand = (portal: Portal): Command => command("targets", portal, []);

/** Asks for the LUNs that a target shows to this node. */
export function lunsCommand(portal: Portal, target: string, { chapUser, reverseUser, secrets }: SignIn): Command {
  return command("luns", portal, [target, chapUser, reverseUser], secrets);
}

/** Bytes of a LUN, whole blocks; `isBrief`: only whether they are all zero. */
export interface Extent {
  offset: number;
  length: number;
  isBrief?: boolean;
}

export function readCommand(
  portal: Portal,
  target: string,
  { chapUser, reverseUser, secrets }: SignIn,
  lun: string,
  extents: readonly Extent[],
): Command {
  const words = extents.map(({ offset, length, isBrief }) => `${offset}:${length}${isBrief ? ":?" : ""}`);
  return command("read", portal, [target, chapUser, reverseUser, lun, ...words], secrets);
}

/** Of a login's refusal (class, detail), RFC 7143 11.13.5. */
function loginProblem([kind = "", detail = ""]: string[]): LookProblem {
  const code = `login status ${kind}/${detail}`;
  if (kind === "2" && (detail === "1" || detail === "2")) return { what: "auth", detail: code };
  return { what: kind === "2" && detail === "3" ? "no-target" : "strange", detail: code };
}

/** What the look could not do; null when it came to its end. */
function problemIn(stdout: string): LookProblem | null {
  const lines = stdout.split("\n");
  if (lines.includes("end")) return null;
  const line = lines.findLast((one) => one.startsWith("error ")) ?? "error strange";
  const [what = "", ...rest] = line.split(" ").slice(1);
  if (what === "login") return loginProblem(rest);
  return { what: PROBLEMS.includes(what) ? what : "strange", detail: rest.join(" ").slice(0, 200) };
}

export type Answer<T> = { found: T; problem: null } | { found: null; problem: LookProblem };

function answer<T>(stdout: string, read: (lines: string[][]) => T): Answer<T> {
  const problem = problemIn(stdout);
  if (problem) return { found: null, problem };
  return { found: read(stdout.split("\n").map((line) => line.split(" "))), problem: null };
}

/** So many names are shown; an array with more is asked for one by name. */
const MOST_NAMES = 256;

/** Reads the answer of `targetsCommand`: names. */
export function readTargets(stdout: string): Answer<string[]> {
  return answer(stdout, (lines) => {
    const names = lines.flatMap(([word, name]) => (word === "target" && name ? [name] : []));
    return [...new Set(names)].slice(0, MOST_NAMES);
  });
}

/** So many keys are named. */
const MOST_KEYS = 16;

function lunOf([, lun = "", size = "", , page = "", keys = "", ...texts]: string[]): LunLook | null {
  const bytes = Number(size);
  if (!/^[0-9a-f]{16}$/.test(lun) || !Number.isSafeInteger(bytes) || bytes <= 0) return null;
  const [vendor = "", model = "", serial = ""] = texts.join(" ").slice(0, 200).split("|");
  const own = keys.split(",").filter((key) => /^[0-9a-f]{16}$/.test(key));
  const wwid = wwidOf(Buffer.from(page, "hex"));
  return { lun, wwid, size: bytes, keys: [...new Set(own)].slice(0, MOST_KEYS), vendor, model, serial };
}

/** Reads the answer of `lunsCommand`: disks of a known size. */
export function readLuns(stdout: string): Answer<LunLook[]> {
  return answer(stdout, (lines) =>
    lines
      .filter(([word]) => word === "lun")
      .map(lunOf)
      .filter((lun) => lun !== null)
      .slice(0, MOST_NAMES),
  );
}

/** Bytes that were read, and which of the brief extents are all zero. */
export interface ReadBytes {
  /** From `offset` on; shorter where fewer were read. */
  bytes(offset: number, length: number): Buffer;
  isZero(offset: number): boolean;
}

/** Reads the answer of `readCommand`. */
export function readContents(stdout: string): Answer<ReadBytes> {
  return answer(stdout, (lines) => {
    const pieces = lines
      .flatMap(([word, offset = "", hex = ""]) =>
        word === "data" ? [{ at: Number(offset), data: Buffer.from(hex, "hex") }] : [],
      )
      .toSorted((a, b) => a.at - b.at);
    const zeros = new Set(lines.flatMap(([word, offset = ""]) => (word === "zero" ? [Number(offset)] : [])));
    return {
      bytes: (offset, length) => {
        const inside = pieces.filter(({ at, data }) => at < offset + length && at + data.length > offset);
        const parts = inside.map(({ at, data }) => data.subarray(Math.max(0, offset - at), offset + length - at));
        return Buffer.concat(parts);
      },
      isZero: (offset) => zeros.has(offset),
    };
  });
}
