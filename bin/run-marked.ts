import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/**
 * Runs a command to its end; each line that it prints appears on this terminal behind `mark`, so that those of several at
 * once can be told apart. Returns its exit code, 1 where a signal ended it; throws where it can't be started.
 */
export async function runMarked(mark: string, argv: readonly string[], env: Record<string, string>): Promise<number> {
  const [command, ...args] = argv as [string, ...string[]];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const printed = [child.stdout, child.stderr].map((stream) => printMarked(mark, stream));
  const [code] = (await once(child, "exit")) as [number | null];
  await Promise.all(printed);
  return code ?? 1;
}

async function printMarked(mark: string, stream: Readable): Promise<void> {
  for await (const line of createInterface({ input: stream })) console.log(`${mark}  ${line}`);
}
