import type { Metadata } from "next";
import { TaskPage } from "#components/task/task-page.tsx";
import { en } from "#lib/messages/en.ts";
import { getTask } from "#lib/services/tasks/get-task.ts";
import { orNotFound, pageContext } from "../../data.ts";

export const metadata: Metadata = { title: en.pages.task.task };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <TaskPage key={id} initial={await orNotFound(getTask(await pageContext(), id))} />;
}
