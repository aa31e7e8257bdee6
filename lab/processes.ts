import { readFile, readdir } from "node:fs/promises";
import { waitFor } from "./run.ts";

/** A process of this machine that carries a mark; `started` tells it from a later one with the same id. */
export type Marked = { pid: number; started: string; argv: string[] };

/** All processes that have `mark` as one whole argument, whoever started them: what a killed CLI forgot is found as well. */
export async function findMarked(mark: (argv: string[]) => boolean): Promise<Marked[]> {
  const found: Marked[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const pid = Number(entry);
    const argv = await readArgv(pid);
    if (argv.length === 0 || !mark(argv)) continue;
    const started = await startTime(pid);
    if (started) found.push({ pid, started, argv });
  }
  return found;
}

/** Ends the process for good and waits until it is gone. Does nothing when its id belongs to another one by now. */
export async function endProcess(target: Marked): Promise<void> {
  if (!(await isAlive(target))) return;
  signal(target, "SIGKILL");
  await waitFor(`end of process ${target.pid}`, 30_000, async () => ((await isAlive(target)) ? undefined : true), 10);
}

/** True while it runs; a zombie does not. */
export async function isAlive(target: Marked): Promise<boolean> {
  return (await startTime(target.pid)) === target.started;
}

/** Sends a signal; a process that has just gone is no error. */
export function signal(target: Marked, name: NodeJS.Signals): void {
  try {
    process.kill(target.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function readArgv(pid: number): Promise<string[]> {
  const text = await readProc(`/proc/${pid}/cmdline`);
  return text.split("\0").slice(0, -1);
}

/** Field 22 of /proc/PID/stat, in clock ticks since boot; undefined for a process that is gone or a zombie. */
async function startTime(pid: number): Promise<string | undefined> {
  const text = await readProc(`/proc/${pid}/stat`);
  // The command's name stands in brackets and may hold blanks and brackets itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

async function readProc(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return "";
    throw error;
  }
}
