/**
 * Loaded into the panel's process by `--import`. SIGUSR2 begins to measure, another one ends it and writes what was seen
 * to the file that BENCH_MEASURED names: how late timers came, and the heap every five seconds.
 */
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 20;
const HEAP_EVERY_MS = 5_000;

let heap: number[] = [];
let timer: NodeJS.Timeout | null = null;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

process.on("SIGUSR2", () => {
  if (timer === null) {
    heap = [process.memoryUsage().heapUsed];
    timer = setInterval(() => heap.push(process.memoryUsage().heapUsed), HEAP_EVERY_MS);
    timer.unref();
    delay.reset();
    delay.enable();
    return;
  }
  clearInterval(timer);
  timer = null;
  delay.disable();
  const lagMs = Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS);
  writeFileSync(process.env.BENCH_MEASURED ?? "/dev/null", JSON.stringify({ lagMs, heap, everyMs: HEAP_EVERY_MS }));
});
