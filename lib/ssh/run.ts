import type { ClientChannel } from "ssh2";
import type { Command } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { endChannel, openChannel, remoteLine, stdinOf } from "./channel.ts";
import type { Connection } from "./connection.ts";
import { brokenError, deadlineError, outputError } from "./errors.ts";

const DEFAULT_READ_MS = 20_000;
const DEFAULT_CHANGE_MS = 60_000;
const MAX_LINE_BYTES = 64 * 1024;
const MAX_BYTES = 4 * 1024 * 1024;
/** The node ends the command itself; this much later the panel gives up on the channel. */
const PANEL_GRACE_MS = 5_000;
/** A child may hold the channel open after the command has ended: so much silence after its exit is the end. */
const EXIT_GRACE_MS = 2_000;
const NEWLINE = 10;
/** What timeout(1) answers when the deadline has passed, by TERM and by KILL. */
const TIMEOUT_CODES = [124, 137];

/** What a command that ended by itself left behind. */
export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
  durationMs: number;
}

export interface RunOptions {
  /** A lost connection makes the outcome of a change unknown; a read has merely failed. Default: read. */
  effect?: "read" | "change";
  signal?: AbortSignal;
  openSecret?: (id: string) => Promise<string>;
  /** Called with standard output as it arrives. */
  onData?: (chunk: Buffer) => void;
  /** Bytes of one line, in all 4 MiB. Default: 64 KiB. */
  maxLineBytes?: number;
}

/** Collects one stream of a command; says when it is too long. */
class Output {
  readonly #chunks: Buffer[] = [];
  readonly #maxLine: number;
  #line = 0;
  size = 0;

  constructor(maxLine: number) {
    this.#maxLine = maxLine;
  }

  add(chunk: Buffer): "line" | "size" | null {
    this.#chunks.push(chunk);
    this.size += chunk.length;
    if (this.size > MAX_BYTES) return "size";
    const first = chunk.indexOf(NEWLINE);
    const longest = first < 0 ? this.#line + chunk.length : Math.max(this.#line + first, longestLine(chunk, first + 1));
    this.#line = first < 0 ? longest : chunk.length - chunk.lastIndexOf(NEWLINE) - 1;
    return longest > this.#maxLine ? "line" : null;
  }

  /** Decoded as a whole: a character may be split over packets. */
  toString(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

function longestLine(chunk: Buffer, from: number): number {
  let longest = 0;
  for (let start = from; start < chunk.length; ) {
    const end = chunk.indexOf(NEWLINE, start);
    longest = Math.max(longest, (end < 0 ? chunk.length : end) - start);
    if (end < 0) break;
    start = end + 1;
  }
  return longest;
}

/**
 * Runs a command on a node and answers once it has ended; a non-zero code is a result. Throws PanelError: `timeout`,
 * `unreachable`, `busy`, `command-failed` (printed too much); for changes a deadline or a lost connection is
 * `outcome-unknown`. An aborted signal throws its reason.
 */
export async function run(connection: Connection, command: Command, options: RunOptions = {}): Promise<RunResult> {
  const effect = options.effect ?? "read";
  const timeoutMs = command.timeoutMs ?? (effect === "read" ? DEFAULT_READ_MS : DEFAULT_CHANGE_MS);
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
  const stdin = await stdinOf(command.stdin, options.openSecret);
  const line = remoteLine(connection.place.user, command.argv, seconds);
  const channel = await openChannel(connection, line, options.signal);
  const started = performance.now();
  const ended = await settle(connection, channel, { ...options, effect, seconds, stdin });
  const durationMs = Math.round(performance.now() - started);
  if (TIMEOUT_CODES.includes(ended.code) && durationMs >= seconds * 1000) {
    throw deadlineError(connection.place, effect, seconds);
  }
  return { ...ended, durationMs };
}

interface Settling extends RunOptions {
  effect: "read" | "change";
  seconds: number;
  stdin: string | undefined;
}

function settle(
  connection: Connection,
  channel: ClientChannel,
  { effect, seconds, stdin, signal, onData, maxLineBytes = MAX_LINE_BYTES }: Settling,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { place } = connection;
  const stdout = new Output(maxLineBytes);
  const stderr = new Output(maxLineBytes);
  return new Promise((resolve, reject) => {
    let code: number | null = null;
    let afterExit: NodeJS.Timeout | undefined;
    const leave = () => {
      clearTimeout(deadline);
      clearTimeout(afterExit);
      signal?.removeEventListener("abort", onAbort);
      forget();
    };
    const fail = (error: unknown) => {
      leave();
      reject(error);
      endChannel(channel);
    };
    const onAbort = () => fail(signal?.reason);
    const finish = () => {
      if (code === null) return fail(brokenError(place, effect));
      leave();
      resolve({ code, stdout: stdout.toString(), stderr: stderr.toString() });
    };
    const settleSoon = () => {
      clearTimeout(afterExit);
      afterExit = setTimeout(() => {
        finish();
        endChannel(channel);
      }, EXIT_GRACE_MS);
    };
    const collect = (output: Output) => (chunk: Buffer) => {
      const excess = output.add(chunk);
      if (excess) fail(outputError(place, text(excess === "line" ? "ssh.line-too-long" : "ssh.output-too-long")));
      else if (output === stdout) onData?.(chunk);
      if (code !== null) settleSoon();
    };
    const deadline = setTimeout(() => fail(deadlineError(place, effect, seconds)), seconds * 1000 + PANEL_GRACE_MS);
    signal?.addEventListener("abort", onAbort, { once: true });
    // ssh2 takes an exception of a handler for an error of the whole connection.
    const guarded =
      <A extends unknown[]>(handler: (...args: A) => void) =>
      (...args: A) => {
        try {
          handler(...args);
        } catch (error) {
          fail(error);
        }
      };
    channel.on("data", guarded(collect(stdout)));
    channel.stderr.on("data", guarded(collect(stderr)));
    channel.on("error", guarded(fail));
    channel.on(
      "exit",
      guarded((status: number | null) => {
        code = status;
        if (code !== null) settleSoon();
      }),
    );
    channel.on("close", guarded(finish));
    const forget = connection.onClosed(() => finish());
    channel.end(stdin);
  });
}
