import { connect, type Socket } from "node:net";
import { pause } from "./run.ts";

/** A connection that carries one JSON value a line in each direction, as QEMU's monitor and its guest agent do. */
export type JsonLines = {
  send(value: unknown, prefix?: Buffer): void;
  /** The next value, in order of arrival. Rejects when the connection ends or `timeoutMs` is over. */
  next(timeoutMs: number): Promise<Record<string, unknown>>;
  close(): void;
};

/** JSON in which a bigint stands as a plain number, which QEMU reads as 64 bits. */
export function toJson(value: unknown): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? rawJSON(String(part)) : part));
}

/**
 * Connects to the Unix socket `path`. Rejects when nobody listens there.
 * QEMU serves one connection at a time and queues one more; while others wait too, this one tries again for `timeoutMs`.
 */
export async function openJsonLines(path: string, timeoutMs = 60_000): Promise<JsonLines> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return jsonLines(await connected(path), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || performance.now() >= end) throw error;
      await pause(20);
    }
  }
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.removeListener("error", reject);
      resolve(socket);
    });
  });
}

function jsonLines(socket: Socket, path: string): JsonLines {
  const values: Record<string, unknown>[] = [];
  let rest: Buffer[] = [];
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  socket.on("data", (chunk: Buffer) => {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      rest.push(chunk.subarray(from, at));
      from = at + 1;
      const value = parseLine(Buffer.concat(rest));
      rest = [];
      if (value) values.push(value);
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    wake?.();
  });
  socket.on("error", (error) => {
    failure = error;
  });
  socket.on("close", () => {
    failure ??= new Error(`${path}: connection ended`);
    wake?.();
  });
  return {
    send: (value, prefix) => {
      const line = Buffer.from(`${toJson(value)}\n`);
      socket.write(prefix ? Buffer.concat([prefix, line]) : line);
    },
    next: async (timeoutMs) => {
      const end = performance.now() + timeoutMs;
      for (;;) {
        const value = values.shift();
        if (value) return value;
        if (failure) throw failure;
        const left = end - performance.now();
        if (left <= 0) throw new Error(`${path}: no answer after ${timeoutMs} ms`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
    },
    close: () => socket.destroy(),
  };
}

/** The agent marks the answer to a delimited sync with 0xFF, and what was left of an earlier caller's answer may be cut: such lines are no values. */
function parseLine(line: Buffer): Record<string, unknown> | undefined {
  const mark = line.lastIndexOf(0xff);
  const text = line
    .subarray(mark + 1)
    .toString("utf8")
    .trim();
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
