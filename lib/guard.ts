import { createHash } from "node:crypto";
import { mkdirSync, realpathSync } from "node:fs";
import { createServer, type Server } from "node:net";

/** Held by this process until `release` or its end, however it ends. */
export interface Guard {
  release(): Promise<void>;
}

/** Name of the abstract socket that stands for a directory and a purpose. */
function guardName(directory: string, purpose: string): string {
  mkdirSync(directory, { recursive: true });
  const digest = createHash("sha256").update(realpathSync(directory)).digest("hex").slice(0, 32);
  return `\0spindle-${purpose}-${digest}`;
}

function listen(name: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(null) : reject(error),
    );
    server.listen(name, () => resolve(server));
  });
}

/**
 * Makes this process the only one on this machine with that directory and purpose; null when another one is. An
 * abstract socket, because the kernel frees it at once when its process dies.
 */
export async function tryGuard(directory: string, purpose: string): Promise<Guard | null> {
  const server = await listen(guardName(directory, purpose));
  if (!server) return null;
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Like `tryGuard`, waiting until the other one is done. */
export async function waitGuard(directory: string, purpose: string, onWait?: () => void): Promise<Guard> {
  let told = false;
  for (;;) {
    const guard = await tryGuard(directory, purpose);
    if (guard) return guard;
    if (!told) onWait?.();
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
