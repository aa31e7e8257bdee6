import { createHash } from "node:crypto";
import { type Server, connect, createServer } from "node:net";

/** Someone else held the lock until the deadline; `holder` is what they said about themselves. */
export class LockTimeout extends Error {
  readonly holder: string;
  constructor(name: string, holder: string) {
    super(`${name} is held by ${holder || "another process"}`);
    this.name = "LockTimeout";
    this.holder = holder;
  }
}

/**
 * Runs `work` while no other process of this machine holds the lock `name`.
 * The lock is an abstract Unix socket: the kernel frees it with the process, so a killed holder leaves nothing to clear.
 * `onWait` is called once with the holder's words when there is one. Throws LockTimeout after `timeoutMs`.
 */
export async function withLock<T>(
  name: string,
  work: () => Promise<T>,
  options: { timeoutMs?: number; onWait?: (holder: string) => void } = {},
): Promise<T> {
  const address = `\0spindle-lab-${createHash("sha256").update(name).digest("hex").slice(0, 40)}`;
  const end = performance.now() + (options.timeoutMs ?? 600_000);
  let told = false;
  for (;;) {
    const server = await tryListen(address, `process ${process.pid}`);
    if (server) {
      try {
        return await work();
      } finally {
        await new Promise<void>((resolve) => {
          server.close(() => resolve());
          for (const socket of waiters.get(server) ?? []) socket.destroy();
        });
      }
    }
    const holder = await holderGone(address, end - performance.now(), (words) => {
      if (!told) options.onWait?.(words);
      told = true;
    });
    if (performance.now() >= end) throw new LockTimeout(name, holder);
  }
}

const waiters = new WeakMap<Server, Set<import("node:net").Socket>>();

function tryListen(address: string, words: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      waiters.get(server)?.add(socket);
      // A waiter that goes away is none of the holder's business.
      socket.on("error", () => {});
      socket.on("close", () => waiters.get(server)?.delete(socket));
      socket.write(words);
    });
    waiters.set(server, new Set());
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}

/** Stays connected to the holder; resolves with its words when the connection ends, which is when the lock is free, or when time is up. */
function holderGone(address: string, timeoutMs: number, onWords: (words: string) => void): Promise<string> {
  return new Promise((resolve) => {
    let words = "";
    const socket = connect(address);
    const timer = setTimeout(() => socket.destroy(), Math.max(1, timeoutMs));
    socket.on("data", (chunk) => {
      words += chunk.toString("utf8");
      onWords(words);
    });
    // Refused or reset: the holder has just gone, the caller tries again.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(words);
    });
  });
}
