/** What the probe says, one value a line or a block; see `main-script.ts`. */
export type ProbeMessage =
  | { type: "hello"; epoch: number; bootId: string; threads: number | null }
  | { type: "figures"; figures: RawFigures }
  | { type: "watch"; storageId: string }
  | { type: "check"; storageId: string; nonce: string; code: number; lines: string[]; durationMs: number }
  | { type: "late"; storageId: string; nonce: string }
  | { type: "busy"; storageId: string; nonce: string }
  | { type: "gone"; storageId: string }
  | { type: "refused"; word: string; detail: string };

/** A line of figures as the node wrote it; `null` is what makes no sense. */
export interface RawFigures {
  uptimeSeconds: number | null;
  load: [number | null, number | null, number | null];
  memoryTotal: number | null;
  memoryAvailable: number | null;
  /** user nice system idle iowait irq softirq steal, in ticks since boot. */
  cpu: number[] | null;
}

/** A check's output is cut here: the node that says more is wrong, not the panel full. */
const MAX_BLOCK_LINES = 20_000;
/** Ten thousand drives with long labels are 3 MiB. */
export const MAX_BLOCK_BYTES = 4 * 1024 * 1024;

interface Block {
  storageId: string;
  nonce: string;
  lines: string[];
  bytes: number;
  isComplaint: boolean;
}

/** A non-negative decimal number not above `max`; anything else a node may write is `null`. */
export function figure(word: string | undefined, max: number): number | null {
  if (word === undefined || !/^\d{1,20}(\.\d{1,10})?$/.test(word)) return null;
  const value = Number(word);
  return value <= max ? value : null;
}

const MAX_LOAD = 1e6;
const MAX_SECONDS = 1e10;
const MAX_KIB = 2 ** 50;
const MAX_TICKS = 2 ** 52;

function kib(word: string | undefined): number | null {
  const value = figure(word, MAX_KIB);
  return value === null ? null : value * 1024;
}

function readFigures(words: string[]): RawFigures {
  const [uptime, load1, load5, load15, total, available, ...counters] = words;
  const ticks = counters.slice(0, 8).map((word) => figure(word, MAX_TICKS));
  const isWhole = ticks.length >= 4 && ticks.every((tick) => tick !== null);
  return {
    uptimeSeconds: figure(uptime, MAX_SECONDS),
    load: [figure(load1, MAX_LOAD), figure(load5, MAX_LOAD), figure(load15, MAX_LOAD)],
    memoryTotal: kib(total),
    memoryAvailable: kib(available),
    cpu: isWhole ? (ticks as number[]) : null,
  };
}

/** How many processors a kernel's list such as `0-3,5` names. */
export function countCpus(list: string | undefined): number | null {
  let count = 0;
  for (const part of (list ?? "").split(",")) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    if (!match) return null;
    count += Number(match[2] ?? match[1]) - Number(match[1]) + 1;
  }
  return count > 0 ? count : null;
}

/**
 * Turns lines into messages. Knows the node's own storages and the nonces that were given out: what names another is
 * dropped, as is everything it does not understand. One instance a connection.
 */
export class ProbeReader {
  #isAwaited: (storageId: string, nonce: string) => boolean;
  #block: Block | null = null;

  constructor(isAwaited: (storageId: string, nonce: string) => boolean) {
    this.#isAwaited = isAwaited;
  }

  /** The message that a line completes, or null. */
  read(line: string): ProbeMessage | null {
    return this.#block ? this.#inBlock(this.#block, line) : this.#plain(line.split(" "));
  }

  #plain([word, ...rest]: string[]): ProbeMessage | null {
    const [first = "", second = ""] = rest;
    switch (word) {
      case "h":
        return first === "1" ? hello(rest) : { type: "refused", word: "format", detail: first.slice(0, 20) };
      case "f":
        return { type: "figures", figures: readFigures(rest) };
      case "w":
        return { type: "watch", storageId: first };
      case "g":
        return { type: "gone", storageId: first };
      case "b":
        if (this.#isAwaited(first, second)) {
          this.#block = { storageId: first, nonce: second, lines: [], bytes: 0, isComplaint: false };
        }
        return null;
      case "l":
        return this.#isAwaited(first, second) ? { type: "late", storageId: first, nonce: second } : null;
      case "s":
        return this.#isAwaited(first, second) ? { type: "busy", storageId: first, nonce: second } : null;
      case "x":
        return { type: "refused", word: first.slice(0, 40), detail: second.slice(0, 40) };
      default:
        return null;
    }
  }

  #inBlock(block: Block, line: string): ProbeMessage | null {
    if (line === `r ${block.nonce}`) {
      block.isComplaint = true;
      return null;
    }
    const end = `e ${block.storageId} ${block.nonce} `;
    if (line.startsWith(end)) {
      this.#block = null;
      return checkEnd(block, line.slice(end.length).split(" "));
    }
    block.bytes += line.length;
    if (line === "" || block.lines.length >= MAX_BLOCK_LINES || block.bytes > MAX_BLOCK_BYTES) return null;
    block.lines.push(block.isComplaint ? `! ${line}` : line);
    return null;
  }
}

function hello([, epoch, , bootId = "", cpus]: string[]): ProbeMessage {
  return { type: "hello", epoch: Number(epoch) || 0, bootId: bootId.slice(0, 64), threads: countCpus(cpus) };
}

function checkEnd(block: Block, [code, from, to]: string[]): ProbeMessage | null {
  const exit = figure(code, 255);
  if (exit === null) return null;
  const begun = figure(from, MAX_SECONDS);
  const ended = figure(to, MAX_SECONDS);
  const durationMs = begun === null || ended === null ? 0 : Math.max(0, Math.round((ended - begun) * 1000));
  return { type: "check", storageId: block.storageId, nonce: block.nonce, code: exit, lines: block.lines, durationMs };
}
