import type { Metadata } from "next";
import { TasksPage } from "#components/task/tasks-page.tsx";
import { taskListQuery } from "#lib/domain/task-list.ts";
import { en } from "#lib/messages/en.ts";
import { taskList } from "#lib/services/tasks/task-list.ts";
import { pageContext } from "../data.ts";
import { addressValues, type PageAddress } from "../page-address.ts";

export const metadata: Metadata = { title: en.pages.tasks.title };

/** Without filters the rows are known to every page already; with some they come with the page. */
export default async function Page({ searchParams }: PageAddress) {
  const query = taskListQuery(addressValues(await searchParams));
  const first =
    query === ""
      ? null
      : { query, page: await taskList(await pageContext(), Object.fromEntries(new URLSearchParams(query))) };
  return <TasksPage first={first} />;
}
