import { env } from "../env.ts";

/**
 * Where tests end the process as a power cut would: `before`, `during` and `after` a step or its undo, or the task's
 * `end`. Does nothing unless the environment names exactly this point.
 */
export function crashPoint(kind: string, position: number | "end", point: string): void {
  if (env().crashAt === `${kind}:${position}:${point}`) process.kill(process.pid, "SIGKILL");
}
