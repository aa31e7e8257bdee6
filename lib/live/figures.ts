import type { NodeFigures } from "../domain/live.ts";
import type { RawFigures } from "./probe/lines.ts";

const IDLE = 3;
const IOWAIT = 4;

/** Share of the processors' time that was worked between two readings; null when they don't make a pair. */
function busyShare(before: number[] | null, now: number[] | null): number | null {
  if (!before || !now || before.length !== now.length) return null;
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const idle = (values: number[]) => (values[IDLE] ?? 0) + (values[IOWAIT] ?? 0);
  const total = sum(now) - sum(before);
  if (total <= 0) return null;
  const share = 1 - (idle(now) - idle(before)) / total;
  return share >= 0 && share <= 1 ? share : null;
}

/** Figures from a reading and the one before it. A node's nonsense becomes null, never zero. */
export function nodeFigures(before: RawFigures | null, now: RawFigures, threads: number | null): NodeFigures {
  const { memoryTotal, memoryAvailable } = now;
  const isMemory = memoryTotal !== null && memoryAvailable !== null && memoryAvailable <= memoryTotal;
  return {
    cpu: busyShare(before?.cpu ?? null, now.cpu),
    cpuThreads: threads,
    memoryTotal,
    memoryUsed: isMemory ? memoryTotal - memoryAvailable : null,
    load1: now.load[0],
    load5: now.load[1],
    load15: now.load[2],
    uptimeSeconds: now.uptimeSeconds === null ? null : Math.trunc(now.uptimeSeconds),
  };
}
