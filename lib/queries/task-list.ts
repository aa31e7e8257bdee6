import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import type { TaskEvent } from "../domain/live.ts";
import type { TaskChoices, TaskListPage } from "../domain/task-list.ts";
import type { TaskState } from "../domain/plan.ts";
import { getJson } from "./get-json.ts";
import { isOpen, taskQuery } from "./tasks.ts";

export const TASK_LIST_KEY = ["task-list"] as const;
export type TaskListData = InfiniteData<TaskListPage, unknown>;

/** The list of tasks for these filters (`taskListQuery`), part by part. */
export const taskListParts = (query: string) =>
  infiniteQueryOptions({
    queryKey: [...TASK_LIST_KEY, query],
    queryFn: ({ pageParam, signal }) => {
      const values = new URLSearchParams(query);
      if (pageParam) values.set("after", pageParam);
      return getJson<TaskListPage>(`/api/task-list?${values}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last: TaskListPage) => last.next,
    staleTime: Number.POSITIVE_INFINITY,
    // Whoever comes back to the list sees what ran meanwhile; what came with the page is new as it is.
    refetchOnMount: (known) => (known.state.dataUpdateCount > 0 ? "always" : false),
    // Another filter is another list; the one before stays until it is there.
    placeholderData: keepPreviousData,
  });

export const taskChoicesQuery = () =>
  queryOptions({
    queryKey: ["task-choices"],
    queryFn: ({ signal }) => getJson<TaskChoices>("/api/task-list/choices", signal),
    staleTime: 60_000,
  });

/** Puts an event into a list where the task is in it; no row moves. */
export function withListedTask(data: TaskListData, event: TaskEvent): TaskListData {
  const isIn = data.pages.some((page) => page.rows.some((row) => row.id === event.id));
  if (!isIn) return data;
  const { id, stepsDone, stepsTotal, current } = event;
  const state = event.state as TaskState;
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      rows: page.rows.map((row) => (row.id === id ? { ...row, state, stepsDone, stepsTotal, current } : row)),
    })),
  };
}

/** Rows that another answer knows better: a task that has ended has its end and its error there. */
export function withKnownTasks(
  data: TaskListData,
  known: ReadonlyMap<string, TaskListPage["rows"][number]>,
): TaskListPage["rows"] {
  return data.pages.flatMap((page) => page.rows.map((row) => known.get(row.id) ?? row));
}

/**
 * Reads the listed tasks that had not ended anew, each where it stands: what a lost connection hid, and no row moves.
 * Where one of them can't be read, its list is asked for again, which says why.
 */
export async function readOpenRows(client: QueryClient): Promise<void> {
  const read = async ([queryKey, data]: [readonly unknown[], TaskListData | undefined]) => {
    const ids = data?.pages.flatMap((page) => page.rows.filter(isOpen).map((row) => row.id)) ?? [];
    if (ids.length === 0) return;
    try {
      const views = await Promise.all(ids.map((id) => client.fetchQuery({ ...taskQuery(id), staleTime: 0 })));
      const news = new Map(views.map((view) => [view.id, view]));
      client.setQueryData<TaskListData>(
        queryKey,
        (now) =>
          now && {
            ...now,
            pages: now.pages.map((page) => ({ ...page, rows: page.rows.map((row) => news.get(row.id) ?? row) })),
          },
      );
    } catch {
      await client.invalidateQueries({ queryKey }, { cancelRefetch: false });
    }
  };
  await Promise.all(client.getQueriesData<TaskListData>({ queryKey: TASK_LIST_KEY }).map(read));
}
