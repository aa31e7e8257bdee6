"use client";
import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTasks } from "#components/shell/panel-data.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import type { TaskRow } from "#lib/domain/dto.ts";
import { TASK_PAGE, type TaskListPage, taskListQuery } from "#lib/domain/task-list.ts";
import { TASK_LIST_KEY, taskListParts, withKnownTasks } from "#lib/queries/task-list.ts";

/** A part of the list that came with the page, and the filters it is for. */
export interface FirstTasks {
  query: string;
  page: TaskListPage;
}

/** Without filters the list begins with what every page knows already. */
function firstOf(
  query: string,
  first: FirstTasks | null,
  latest: readonly TaskRow[],
): InfiniteData<TaskListPage, string | null> | undefined {
  if (first?.query === query) return { pages: [first.page], pageParams: [null] };
  if (query !== "") return undefined;
  const rows = latest.slice(0, TASK_PAGE);
  const next = latest.length > rows.length ? (rows.at(-1)?.id ?? null) : null;
  return { pages: [{ rows, next }], pageParams: [null] };
}

/** The tasks that the address asks for, part by part. What runs changes in place; newer ones come when asked for. */
export function useTaskList(first: FirstTasks | null) {
  const [address] = useAddress();
  const client = useQueryClient();
  const query = taskListQuery(address);
  const latest = useTasks();
  const list = useInfiniteQuery({ ...taskListParts(query), initialData: () => firstOf(query, first, latest) });
  const idsNow = () => new Set(latest.map((task) => task.id));
  const [seen, setSeen] = useState(() => ({ query, ids: idsNow() }));
  if (seen.query !== query) setSeen({ query, ids: idsNow() });
  const known = new Map(latest.map((task) => [task.id, task]));
  const rows = list.data ? withKnownTasks(list.data, known) : [];
  const shown = new Set(rows.map((row) => row.id));
  return {
    ...list,
    query,
    rows,
    /** Tasks that began since the list was read, whether or not they fit its filters. */
    newer: latest.filter((task) => !seen.ids.has(task.id) && !shown.has(task.id)).length,
    refresh: () => {
      setSeen({ query, ids: idsNow() });
      return client.invalidateQueries({ queryKey: [...TASK_LIST_KEY, query] });
    },
  };
}
