/**
 * Loaded into the panel's process by `--import`. SIGUSR2 begins to measure, another one ends it and writes what was seen
 * to the file that BENCH_MEASURED names: how late timers came, and by how many bytes more is alive on the heap.
 */
import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const RESOLUTION_MS = 20;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes that are alive. Without a collection right before, it would tell when the last one was. */
function alive(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

let before: number | null = null;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

process.on("SIGUSR2", () => {
  if (before === null) {
    before = alive();
    delay.reset();
    delay.enable();
    return;
  }
  delay.disable();
  const lagMs = Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS);
  const grown = alive() - before;
  before = null;
  const file = process.env.BENCH_MEASURED;
  if (!file) return;
  // Whoever sees the file finds all of it in there.
  writeFileSync(`${file}.part`, JSON.stringify({ lagMs, grown }));
  renameSync(`${file}.part`, file);
});
