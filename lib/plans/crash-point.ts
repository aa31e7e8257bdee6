import { env } from "../env.ts";

/** Long enough for the signal to arrive before another instruction of this process runs. */
const UNTIL_DELIVERED_MS = 1_000;

/** Once at each is enough: a process that was let go on may come by again. */
const met = new Set<string>();

/**
 * Where tests end the process as a power cut would, or freeze it: `before`, `during` and `after` a step (`undo-before`
 * … for its undo), or the task's `end`. Does nothing unless the environment names exactly this point, as
 * `kill@<kind>:<position>:<point>` or `stop@…`; several points are separated by commas.
 */
export function crashPoint(kind: string, position: number | "end", point: string): void {
  const wanted = env().crashAt;
  if (wanted === null) return;
  const here = `${kind}:${position}:${point}`;
  const [signal, points] = wanted.split("@");
  if (met.has(here) || !points?.split(",").includes(here)) return;
  met.add(here);
  if (signal === "kill") signalSelf("SIGKILL");
  else if (signal === "stop") signalSelf("SIGSTOP");
}

function signalSelf(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, UNTIL_DELIVERED_MS);
}
