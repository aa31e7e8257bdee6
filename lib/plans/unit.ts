import { randomBytes } from "node:crypto";
import { PanelError } from "../domain/errors.ts";
import type { Check, Command } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import type { Connection } from "../ssh/connection.ts";
import { stdinOf } from "../ssh/channel.ts";
import { type RunResult, run } from "../ssh/run.ts";
import { NODE_DIR } from "./epoch-script.ts";
import { ESCAPED_RUNNER, escapeForUnit, NODE_SCRIPT } from "./unit-script.ts";

const DEFAULT_CHANGE_MS = 60_000;
const DEFAULT_CHECK_MS = 20_000;
/** What the node's own bookkeeping may take on top of the command. */
const SLACK_MS = 60_000;
const INSPECT_MS = 30_000;
/** The kept output may hold one long line. */
const MAX_LINE_BYTES = 2 * 1024 * 1024;

/** The panel as nodes know it. */
export interface PanelRef {
  panelId: string;
  /** Raised by whoever takes the panel over; see `EPOCH_SCRIPT`. */
  epoch: number;
}

/** One attempt of one step, as the node knows it. */
export interface UnitRef {
  panelId: string;
  unit: string;
}

export interface UnitSpec extends UnitRef, PanelRef {
  /** By our own clock: what arrives on the node later is closed there and does not begin. */
  notAfter: number;
  command: Command;
  /** Asked before anything is started: when it passes, nothing is. */
  alreadyDone?: Check;
  /** Proved inside the unit, right before the command. */
  guard?: Check;
  /** Task whose records this unit removes, its own included, once its command succeeded: what takes the panel's way in away can't be asked afterwards. */
  sweep?: string;
}

/**
 * What the node says. `already`: there was nothing to do, nothing was started. `never`: proven not to have begun, and it can't begin any more (on the same boot).
 * `unstartable`: the same, with systemd's reason. `superseded`: a panel of a higher epoch has been there, nothing has run. `interrupted`: it began and has no end. `swept`: it ended well and
 * removed its records.
 */
export type UnitRecord =
  | { state: "already" | "never" | "running" | "interrupted" | "swept"; bootId: string }
  | { state: "unstartable"; bootId: string; output: string }
  | { state: "superseded"; bootId: string; epoch: number }
  | { state: "ended"; bootId: string; refused: boolean; exitCode: number; output: string };

export interface FollowOptions {
  signal?: AbortSignal;
  openSecret?: (id: string) => Promise<string>;
  /** Output as it is written, not yet decoded. */
  onOutput?: (chunk: Buffer) => void;
  /** The unit runs on the node from here on, whatever happens to the panel. */
  onBegun?: () => void;
}

/** How the names of all units of a step begin. */
export const unitsOf = (taskId: string, position: number) => `spindle-${taskId}-${position}-`;

/** Name of the unit and of its record on the node. */
export function unitName(taskId: string, position: number, way: "do" | "undo", attempt: number): string {
  return `${unitsOf(taskId, position)}${way}${attempt}`;
}

/** A node's own clock, which runs on while a panel stands still. */
interface Clock {
  bootId: string;
  /** Since its boot, in milliseconds, when it was asked; `at`: when its answer was here, by our own clock. */
  uptime: number;
  at: number;
}

const clocks = new WeakMap<Connection, Clock>();
/** Two clocks that nobody compares drift apart by milliseconds in that time. */
const CLOCK_MS = 60_000;

async function readClock(connection: Connection, signal?: AbortSignal): Promise<Clock> {
  const known = clocks.get(connection);
  if (known && performance.now() - known.at < CLOCK_MS) return known;
  const argv = ["cat", "/proc/sys/kernel/random/boot_id", "/proc/uptime"];
  const { stdout } = await run(connection, { argv }, { signal });
  const [, bootId, uptime] = /^([0-9a-f-]{36})\n(\d+\.\d+) /.exec(stdout) ?? [];
  if (!bootId) throw strange(connection, stdout);
  const clock = { bootId, uptime: Number(uptime) * 1000, at: performance.now() };
  clocks.set(connection, clock);
  return clock;
}

/** boot_id of the node. */
export async function readBootId(connection: Connection, signal?: AbortSignal): Promise<string> {
  return (await readClock(connection, signal)).bootId;
}

function strange(connection: Connection, output: string): PanelError {
  const values = { node: connection.place.address };
  return new PanelError(
    { code: "command-failed", message: text("task.strange-answer", values), hint: text("task.strange-answer-hint") },
    { cause: output.slice(0, 1_000) },
  );
}

/** Takes the lines of the protocol out of what arrives and hands the rest on. */
class Splitter {
  readonly #marker: Buffer;
  readonly #options: FollowOptions;
  #held = Buffer.alloc(0);
  #over = false;

  constructor(nonce: string, options: FollowOptions) {
    this.#marker = Buffer.from(`\n${nonce} `);
    this.#options = options;
  }

  add(chunk: Buffer): void {
    if (this.#over) return;
    let all = Buffer.concat([this.#held, chunk]);
    for (let at = all.indexOf(this.#marker); at >= 0; at = all.indexOf(this.#marker)) {
      const end = all.indexOf("\n", at + this.#marker.length);
      if (end < 0) break;
      this.#emit(all.subarray(0, at));
      const begun = all.toString("latin1", at + this.#marker.length, end).startsWith("begun ");
      if (!begun) {
        this.#over = true;
        return;
      }
      this.#options.onBegun?.();
      all = all.subarray(end + 1);
    }
    // What could be the beginning of a marker waits for the rest of it.
    const from = Math.max(all.lastIndexOf("\n"), 0);
    const possible = all[from] === 10 && all.subarray(from).length < this.#marker.length + 128;
    this.#emit(possible ? all.subarray(0, from) : all);
    this.#held = Buffer.from(possible ? all.subarray(from) : []);
  }

  #emit(bytes: Buffer): void {
    if (bytes.length > 0) this.#options.onOutput?.(Buffer.from(bytes));
  }
}

function parseRecord(connection: Connection, nonce: string, result: RunResult): UnitRecord {
  const marker = `\n${nonce} `;
  const at = result.stdout.lastIndexOf(marker);
  const end = result.stdout.indexOf("\n", at + marker.length);
  const [state, word = "", bootId = ""] = result.stdout.slice(at + marker.length, end).split(" ");
  if (at < 0 || bootId.length !== 36) throw strange(connection, result.stdout + result.stderr);
  const output = result.stdout.slice(end + 1);
  switch (state) {
    case "already":
    case "never":
    case "running":
    case "interrupted":
    case "swept":
      return { state, bootId };
    case "unstartable":
      return { state, bootId, output };
    case "superseded":
    case "exit":
    case "refused":
      if (!/^\d+$/.test(word)) throw strange(connection, result.stdout);
      if (state === "superseded") return { state, bootId, epoch: Number(word) };
      return { state: "ended", bootId, refused: state === "refused", exitCode: Number(word), output };
    default:
      throw strange(connection, result.stdout + result.stderr);
  }
}

interface Call {
  mode: "start" | "follow" | "inspect" | "forget";
  panelId: string;
  unit: string;
  args?: string[];
  stdin?: string;
  timeoutMs: number;
}

async function call(
  connection: Connection,
  nonce: string,
  { mode, panelId, unit, args = [], stdin, timeoutMs }: Call,
  options: FollowOptions,
): Promise<RunResult> {
  const argv = ["sh", "-c", NODE_SCRIPT, "spindle", mode, NODE_DIR, panelId, unit, nonce, ...args];
  const splitter = new Splitter(nonce, options);
  return run(
    connection,
    { argv, stdin, timeoutMs },
    {
      effect: mode === "start" ? "change" : "read",
      signal: options.signal,
      maxLineBytes: MAX_LINE_BYTES,
      onData: (chunk) => splitter.add(chunk),
    },
  );
}

const newNonce = () => randomBytes(16).toString("hex");
const seconds = (ms: number) => String(Math.max(1, Math.ceil(ms / 1000)));

const checkMs = (check: Check | undefined) => (check ? (check.command.timeoutMs ?? DEFAULT_CHECK_MS) : 0);

/** How long the unit may take at most, everything in it. */
function limitOf({ command, guard, alreadyDone }: UnitSpec): number {
  return (command.timeoutMs ?? DEFAULT_CHANGE_MS) + checkMs(guard) + checkMs(alreadyDone) + SLACK_MS;
}

/** A check as the scripts take it: code, whether the output counts, which, seconds, number of arguments, arguments. */
function checkArguments(check: Check | undefined): string[] {
  const argv = check?.command.argv ?? [];
  const match = check?.stdout === undefined ? "0" : "1";
  return [
    String(check?.code ?? 0),
    match,
    check?.stdout?.trim() ?? "",
    seconds(checkMs(check)),
    String(argv.length),
    ...argv,
  ];
}

function runnerArguments(
  { panelId, epoch, unit, notAfter, command, guard, sweep = "" }: UnitSpec,
  clock: Clock,
): string[] {
  const deadline = seconds(command.timeoutMs ?? DEFAULT_CHANGE_MS);
  const until = Math.floor((clock.uptime + notAfter - clock.at) / 1000);
  const own = [`${NODE_DIR}/${panelId}/${unit}`, deadline, sweep, String(epoch), String(until)];
  const values = [...own, ...checkArguments(guard), ...command.argv];
  return [ESCAPED_RUNNER, "spindle", ...values.map(escapeForUnit)];
}

/**
 * Starts the attempt and follows it to its end. An attempt that was started or closed before is only followed.
 * Throws PanelError `outcome-unknown` when the connection is lost on the way: `followUnit` tells more.
 */
export async function startUnit(connection: Connection, spec: UnitSpec, options: FollowOptions): Promise<UnitRecord> {
  const nonce = newNonce();
  const input = await stdinOf(spec.command.stdin, options.openSecret);
  const clock = await readClock(connection, options.signal);
  const result = await call(
    connection,
    nonce,
    {
      mode: "start",
      panelId: spec.panelId,
      unit: spec.unit,
      args: [input === undefined ? "0" : "1", ...checkArguments(spec.alreadyDone), ...runnerArguments(spec, clock)],
      // The nonce behind it tells the node that nothing was cut off on the way.
      stdin: input === undefined ? undefined : input + nonce,
      timeoutMs: limitOf(spec),
    },
    options,
  );
  return parseRecord(connection, nonce, result);
}

/** Follows an attempt to its end; one that has not begun is closed and reported as `never`. */
export async function followUnit(connection: Connection, spec: UnitSpec, options: FollowOptions): Promise<UnitRecord> {
  const nonce = newNonce();
  const { panelId, unit } = spec;
  const result = await call(connection, nonce, { mode: "follow", panelId, unit, timeoutMs: limitOf(spec) }, options);
  return parseRecord(connection, nonce, result);
}

/** What the node knows of an attempt now; one that has not begun is closed. */
export async function inspectUnit(
  connection: Connection,
  { panelId, unit }: UnitRef,
  signal?: AbortSignal,
): Promise<UnitRecord> {
  const nonce = newNonce();
  const result = await call(connection, nonce, { mode: "inspect", panelId, unit, timeoutMs: INSPECT_MS }, { signal });
  return parseRecord(connection, nonce, result);
}

/**
 * Removes all records of a task from the node, and the directories above them where nothing else is there. Where a panel of
 * a higher epoch has been, they are that one's.
 */
export async function forgetRecords(
  connection: Connection,
  { panelId, epoch }: PanelRef,
  taskId: string,
  signal?: AbortSignal,
): Promise<void> {
  const nonce = newNonce();
  const result = await call(
    connection,
    nonce,
    { mode: "forget", panelId, unit: taskId, args: [String(epoch)], timeoutMs: INSPECT_MS },
    { signal },
  );
  if (!result.stdout.includes(`\n${nonce} forgotten `)) throw strange(connection, result.stdout + result.stderr);
}
