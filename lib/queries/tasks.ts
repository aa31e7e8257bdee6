import { queryOptions } from "@tanstack/react-query";
import type { TaskLogLine, TaskProgress, TaskRow } from "../domain/dto.ts";
import type { TaskEvent } from "../domain/live.ts";
import { TASK_ENDED, type TaskState } from "../domain/plan.ts";
import { getJson } from "./get-json.ts";

export const TASKS_KEY = ["tasks"] as const;
export const taskKey = (id: string) => ["task", id] as const;

/** The latest tasks, newest first. */
export const tasksQuery = () =>
  queryOptions({
    queryKey: TASKS_KEY,
    queryFn: ({ signal }) => getJson<TaskRow[]>("/api/tasks", signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** How far a task is; its plan, which does not change, comes with the page. */
export const taskQuery = (id: string) =>
  queryOptions({
    queryKey: taskKey(id),
    queryFn: ({ signal }) => getJson<TaskProgress>(`/api/tasks/${encodeURIComponent(id)}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export function isOpen(task: Pick<TaskRow, "state">): boolean {
  return !TASK_ENDED.includes(task.state);
}

/** Puts an event into a list of tasks; null when the task is not in it or has just ended, so that the list is asked for again. */
export function withTaskEvent(rows: TaskRow[], event: TaskEvent): TaskRow[] | null {
  const index = rows.findIndex((row) => row.id === event.id);
  const row = rows[index];
  const state = event.state as TaskState;
  if (!row || (TASK_ENDED.includes(state) && isOpen(row))) return null;
  const next = [...rows];
  next[index] = { ...row, state, stepsDone: event.stepsDone, stepsTotal: event.stepsTotal, current: event.current };
  return next;
}

/** Lines of a task's log: the last ones, those after a line, or those before one. */
export function fetchTaskLog(id: string, place: { after?: number; before?: number } = {}): Promise<TaskLogLine[]> {
  const values = new URLSearchParams(Object.entries(place).map(([name, value]) => [name, String(value)]));
  return getJson<TaskLogLine[]>(`/api/tasks/${encodeURIComponent(id)}/log?${values}`);
}

/** The most lines a page holds: beyond them the far end is let go, and can be asked for again. */
export const LOG_MOST = 2_000;

/** Two parts of a log as one, each line once, in order; `keep`: which end stays when there are too many. */
export function joinLog(a: readonly TaskLogLine[], b: readonly TaskLogLine[], keep: "start" | "end"): TaskLogLine[] {
  const byId = new Map([...a, ...b].map((line) => [line.id, line]));
  const lines = [...byId.values()].sort((one, other) => one.id - other.id);
  return keep === "end" ? lines.slice(-LOG_MOST) : lines.slice(0, LOG_MOST);
}
