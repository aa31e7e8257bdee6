import type { Metadata } from "next";
import { TasksPage } from "#components/task/tasks-page.tsx";
import { en } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: en.pages.tasks.title };

export default function Page() {
  return <TasksPage />;
}
