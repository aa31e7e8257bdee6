import type { TaskRow } from "./dto.ts";
import { TASK_STATES } from "./plan.ts";

/** How many tasks a part of the list holds. */
export const TASK_PAGE = 50;

/** `open`: not ended. `trouble`: failed, or taken back after a failure. */
export const TASK_SHOW = ["open", "trouble", ...TASK_STATES] as const;
export type TaskShow = (typeof TASK_SHOW)[number];

/** What the list can be sorted by; `-` before it: the other way round. */
export const TASK_SORTS = ["started", "state", "task", "who", "took"] as const;
export type TaskSort = (typeof TASK_SORTS)[number];

/** Filters and order of the list, as they stand in the address. */
export interface TaskListFilter {
  show?: TaskShow;
  kind?: string;
  cluster?: string;
  node?: string;
  who?: string;
  q?: string;
  sort?: TaskSort | `-${TaskSort}`;
  /** Id of the last task that is known: the part after it is asked for. */
  after?: string;
}

/** The longest filter. */
export const TASK_WORD = 200;

/** The names of the filters, in the order of the address. */
export const TASK_FILTERS = ["show", "kind", "cluster", "node", "who", "q", "sort"] as const;

function isFilter(name: (typeof TASK_FILTERS)[number], value: string): boolean {
  if (name === "show") return TASK_SHOW.some((each) => each === value);
  if (name === "sort") return TASK_SORTS.some((each) => each === value.replace(/^-/, ""));
  return value.length <= TASK_WORD;
}

/** The filters of an address as a query of the list's route: what is not understood is left out, one order for equal filters. */
export function taskListQuery(values: { get(name: string): string | null }): string {
  const query = new URLSearchParams();
  for (const name of TASK_FILTERS) {
    const value = values.get(name)?.trim();
    if (value && isFilter(name, value)) query.set(name, value);
  }
  return query.toString();
}

/** GET /api/task-list */
export interface TaskListPage {
  rows: TaskRow[];
  /** For `after` of the next part; null when this is the last one. */
  next: string | null;
}

/** GET /api/task-list/choices: what there is to filter by. */
export interface TaskChoices {
  kinds: string[];
  who: string[];
}
