import { env } from "../env.ts";

/** Long enough for the signal to arrive before another instruction of this process runs. */
const UNTIL_DELIVERED_MS = 1_000;

/** Once is enough: a process that was let go on may come by again. */
let over = false;

/**
 * Where tests end the process as a power cut would, or freeze it: `before`, `during` and `after` a step (`undo-before`
 * … for its undo), or the task's `end`. Does nothing unless the environment names exactly this point, as
 * `kill@<kind>:<position>:<point>` or `stop@…`.
 */
export function crashPoint(kind: string, position: number | "end", point: string): void {
  const wanted = env().crashAt;
  if (wanted === null || over) return;
  const here = `${kind}:${position}:${point}`;
  if (wanted === `kill@${here}`) signalSelf("SIGKILL");
  else if (wanted === `stop@${here}`) signalSelf("SIGSTOP");
}

function signalSelf(signal: NodeJS.Signals): void {
  over = true;
  process.kill(process.pid, signal);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, UNTIL_DELIVERED_MS);
}
