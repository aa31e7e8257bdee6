import { publish } from "../live/bus.ts";
import { log } from "../log.ts";
import { processWide } from "../shared.ts";
import { readTaskEvent } from "./task-summary.ts";

const GATHER_MS = 50;

interface Sending {
  /** What gathers, by task. */
  timers: Map<string, NodeJS.Timeout>;
  /** The newest reading of a task that is under way. */
  readings: Map<string, symbol>;
}

const sending = () => processWide<Sending>("task-events", () => ({ timers: new Map(), readings: new Map() }));

/** Tells this process's streams how a task stands; several changes within a moment are one event. */
export function publishTask(taskId: string): void {
  const { timers } = sending();
  if (timers.has(taskId)) return;
  timers.set(taskId, setTimeout(() => publishTaskNow(taskId), GATHER_MS).unref());
}

/** The same without gathering: what was gathered so far goes with it. */
export function publishTaskNow(taskId: string): void {
  const { timers, readings } = sending();
  clearTimeout(timers.get(taskId));
  timers.delete(taskId);
  const own = Symbol(taskId);
  readings.set(taskId, own);
  /** An answer that was overtaken by a newer reading would set streams back. */
  const isNewest = () => readings.get(taskId) === own && readings.delete(taskId);
  readTaskEvent(taskId).then(
    (task) => isNewest() && task && publish({ type: "task", task }),
    (error: unknown) => isNewest() && log.warn("a task's event was not sent", { taskId, error }),
  );
}
