import { readdir, readFile } from "node:fs/promises";

/** `sysconf(_SC_CLK_TCK)`, 100 on every Linux that we run on. */
const TICKS_PER_SECOND = 100;

/** Fields of /proc/PID/stat from the third on; null when the process is gone. */
async function statOf(pid: number): Promise<string[] | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ESRCH") return null;
    throw error;
  });
  // The command's name may hold spaces: fields are counted from its closing bracket.
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

const secondsIn = (fields: readonly string[]) =>
  fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;

/** CPU seconds a process has used since its start, with those of its children that have ended. Throws once it is gone. */
export async function cpuSeconds(pid: number): Promise<number> {
  const fields = await statOf(pid);
  if (fields === null) throw new Error(`process ${pid} is gone`);
  return secondsIn(fields);
}

/** Of all of these together; what has ended meanwhile no longer counts. */
export async function cpuSecondsOf(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map(statOf));
  return each.reduce((sum, fields) => sum + secondsIn(fields ?? []), 0);
}

/** Every process for whose command line `wanted` says yes. */
export async function processesBy(wanted: (argv: readonly string[]) => boolean): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const line = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    if (line && wanted(line.split("\0"))) found.push(Number(entry));
  }
  return found;
}

/** A process and its children. */
export async function withChildren(pid: number): Promise<number[]> {
  const found = [pid];
  for (const entry of await readdir("/proc")) {
    if (/^\d+$/.test(entry) && (await statOf(Number(entry)))?.[1] === String(pid)) found.push(Number(entry));
  }
  return found;
}

/** Memory in MB: `Rss`, or `Pss`, in which what is shared counts once over all that share it. */
export async function memoryMb(pid: number, what: "Rss" | "Pss"): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  const kib = Number(new RegExp(`^${what}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
  return kib / 1024;
}
