import { publish } from "../live/bus.ts";
import { log } from "../log.ts";
import { processWide } from "../shared.ts";
import { readTaskEvent } from "./task-summary.ts";

const GATHER_MS = 50;

const pending = () => processWide<{ ids: Set<string> }>("task-events", () => ({ ids: new Set() }));

/** Tells this process's streams how a task stands; several changes within a moment are one event. */
export function publishTask(taskId: string): void {
  const { ids } = pending();
  if (ids.has(taskId)) return;
  ids.add(taskId);
  setTimeout(() => {
    ids.delete(taskId);
    readTaskEvent(taskId).then(
      (task) => task && publish({ type: "task", task }),
      (error: unknown) => log.warn("a task's event was not sent", { taskId, error }),
    );
  }, GATHER_MS).unref();
}
