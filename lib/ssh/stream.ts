import type { ClientChannel } from "ssh2";
import type { Command } from "../domain/plan.ts";
import { log } from "../log.ts";
import { endChannel, openChannel, remoteLine } from "./channel.ts";
import type { Connection } from "./connection.ts";

const DEFAULT_LINE_BYTES = 64 * 1024;
const DEFAULT_BYTES_PER_SECOND = 256 * 1024;
const STDERR_KEPT = 4 * 1024;
const NEWLINE = 10;

/** Why a stream ended. `exit`: the command did; `closed`: by us; `lost`: the connection; `line`, `flood`: it printed too much. */
export interface StreamEnd {
  reason: "exit" | "closed" | "lost" | "line" | "flood";
  code: number | null;
  /** The last 4 kB of standard error. */
  stderr: string;
}

export interface StreamOptions {
  /** A whole line of standard output, decoded, without its newline. What it throws is logged and ends nothing. */
  onLine: (line: string) => void;
  /** Called once. */
  onClose: (end: StreamEnd) => void;
  /** An unfinished line longer than this ends the stream. Default: 64 KiB. */
  maxLineBytes?: number;
  /** More than this for long ends the stream. Default: 256 KiB. */
  maxBytesPerSecond?: number;
  /** More than this at once ends the stream. Default: two seconds' worth. */
  maxBytesAtOnce?: number;
  /** Leaves standard input open after the command's own: it ends when the stream does. */
  keepStdin?: boolean;
  signal?: AbortSignal;
}

export interface Stream {
  write(data: string): void;
  close(): void;
}

/** A bucket that drains at `perSecond` and holds so many bytes. */
class Bucket {
  readonly #perSecond: number;
  readonly #size: number;
  #level = 0;
  #at = performance.now();

  constructor(perSecond: number, size: number) {
    this.#perSecond = perSecond;
    this.#size = size;
  }

  /** False when it runs over. */
  add(amount: number): boolean {
    const now = performance.now();
    this.#level = Math.max(0, this.#level - ((now - this.#at) / 1000) * this.#perSecond) + amount;
    this.#at = now;
    return this.#level <= this.#size;
  }
}

const NOTHING = Buffer.alloc(0);

/** Cuts bytes into lines; a line is decoded as a whole. */
class Lines {
  #rest: Buffer = NOTHING;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Hands every whole line on; false when one is too long. */
  add(chunk: Buffer, onLine: (line: string) => void): boolean {
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = all.indexOf(NEWLINE); end >= 0; end = all.indexOf(NEWLINE, start)) {
      if (end - start > this.#max) return false;
      onLine(all.toString("utf8", start, end));
      start = end + 1;
    }
    // A part of nothing would keep the whole chunk.
    this.#rest = start === all.length ? NOTHING : all.subarray(start);
    return this.#rest.length <= this.#max;
  }
}

class OpenStream implements Stream {
  readonly #channel: ClientChannel;
  readonly #options: StreamOptions;
  readonly #lines: Lines;
  readonly #bucket: Bucket;
  readonly #onAbort = () => this.close();
  #forget: (() => void) | undefined;
  #stderr = "";
  #code: number | null = null;
  #exited = false;
  #over = false;

  constructor(connection: Connection, channel: ClientChannel, options: StreamOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#lines = new Lines(options.maxLineBytes ?? DEFAULT_LINE_BYTES);
    const perSecond = options.maxBytesPerSecond ?? DEFAULT_BYTES_PER_SECOND;
    this.#bucket = new Bucket(perSecond, options.maxBytesAtOnce ?? perSecond * 2);
    // ssh2 takes an exception of a handler for an error of the whole connection: none may leave these.
    channel.on("data", (chunk: Buffer) => this.#guard(() => this.#onData(chunk)));
    channel.stderr.on("data", (chunk: Buffer) => this.#guard(() => this.#onStderr(chunk)));
    channel.on("exit", (code: number | null) => {
      this.#exited = true;
      this.#code = code;
    });
    channel.on("error", (error: Error) => log.debug("a stream's channel failed", { error }));
    channel.on("close", () => this.#end(this.#exited ? "exit" : "lost"));
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#forget = connection.onClosed(() => this.#end("lost"));
  }

  write(data: string): void {
    if (!this.#over) this.#channel.write(data);
  }

  close(): void {
    this.#end("closed");
  }

  #onData(chunk: Buffer): void {
    if (this.#over) return;
    if (!this.#bucket.add(chunk.length)) this.#end("flood");
    else if (!this.#lines.add(chunk, (line) => this.#hand(line))) this.#end("line");
  }

  #onStderr(chunk: Buffer): void {
    if (this.#over) return;
    this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-STDERR_KEPT);
    if (!this.#bucket.add(chunk.length)) this.#end("flood");
  }

  #hand(line: string): void {
    if (!this.#over) this.#guard(() => this.#options.onLine(line));
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      log.error("a stream's handler failed", { error });
    }
  }

  #end(reason: StreamEnd["reason"]): void {
    if (this.#over) return;
    this.#over = true;
    this.#forget?.();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    if (reason !== "exit" && reason !== "lost") endChannel(this.#channel);
    this.#guard(() => this.#options.onClose({ reason, code: this.#code, stderr: this.#stderr }));
  }
}

/**
 * Starts a command that prints lines for as long as it likes (`timeoutMs` ends it on the node where given). Only this
 * stream ends when it prints too much; the connection stays. Throws PanelError `unreachable` or `busy`.
 */
export async function openStream(connection: Connection, command: Command, options: StreamOptions): Promise<Stream> {
  if (command.stdin !== undefined && typeof command.stdin !== "string") throw new Error("A stream takes no secret");
  const seconds = command.timeoutMs === undefined ? null : Math.max(1, Math.ceil(command.timeoutMs / 1000));
  const line = remoteLine(connection.place.user, command.argv, seconds);
  const channel = await openChannel(connection, line, options.signal);
  const stream = new OpenStream(connection, channel, options);
  if (options.keepStdin) channel.write(command.stdin ?? "");
  else channel.end(command.stdin);
  return stream;
}
