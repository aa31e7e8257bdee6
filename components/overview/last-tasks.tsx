"use client";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { usePanel, useTasks } from "#components/shell/panel-data.tsx";
import { TaskStatus } from "#components/task/task-status.tsx";
import { Took } from "#components/task/took.tsx";
import { T } from "#components/text/t.tsx";
import { Pane } from "#components/ui/layout.tsx";
import { visible } from "#lib/domain/visible.ts";

export function LastTasks({ count = 5, clusterId }: { count?: number; clusterId?: string }) {
  const t = useTranslations("pages.overview");
  const state = usePanel();
  const all = useTasks();
  const tasks = (clusterId ? all.filter((task) => task.clusterId === clusterId) : all).slice(0, count);
  if (tasks.length === 0) return <p className="text-ink-2">{t("noTasks")}</p>;
  return (
    <Pane>
      <ul>
        {tasks.map((task) => (
          <li
            key={task.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-0.5 border-line px-3.5 py-1.5 not-first:border-t"
          >
            <span className="w-24">
              <TaskStatus state={task.state} />
            </span>
            <Link
              prefetch={false}
              href={`/tasks/${task.id}`}
              className="inline-flex min-h-6 min-w-6 flex-1 basis-52 items-center break-words no-underline hover:underline"
            >
              <T text={task.title} />
            </Link>
            <span className="min-w-0 truncate text-ink-2">
              {visible(state.clusters.find((each) => each.id === task.clusterId)?.name ?? "")}
            </span>
            <span className="text-ink-2">{visible(task.actorName)}</span>
            <span className="w-20 text-right text-ink-2">
              <Took startedAt={task.startedAt} endedAt={task.endedAt} now={state.sentAt} />
            </span>
          </li>
        ))}
      </ul>
    </Pane>
  );
}
