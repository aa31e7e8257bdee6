import type { Metadata } from "next";
import { TaskPage } from "#components/task/task-page.tsx";
import { LOG_FIRST } from "#lib/domain/dto.ts";
import { en } from "#lib/messages/en.ts";
import { getTask } from "#lib/services/tasks/get-task.ts";
import { readTaskLog } from "#lib/services/tasks/task-log.ts";
import { orNotFound, pageContext } from "../../data.ts";

export const metadata: Metadata = { title: en.pages.task.task };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await pageContext();
  const [task, log] = await Promise.all([
    orNotFound(getTask(ctx, id)),
    orNotFound(readTaskLog(ctx, id, {}, LOG_FIRST)),
  ]);
  return <TaskPage key={id} initial={task} log={log} />;
}
