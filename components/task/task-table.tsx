"use client";
import Link from "next/link";
import { memo } from "react";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useSort } from "#components/shell/use-sort.ts";
import { T } from "#components/text/t.tsx";
import { Ago } from "#components/text/time.tsx";
import { Pane } from "#components/ui/layout.tsx";
import { SortHead } from "#components/ui/sort-head.tsx";
import type { TaskRow } from "#lib/domain/dto.ts";
import { TASK_SORTS } from "#lib/domain/task-list.ts";
import { visible } from "#lib/domain/visible.ts";
import { isOpen } from "#lib/queries/tasks.ts";
import { TaskStatus } from "./task-status.tsx";
import { Took } from "./took.tsx";

interface LineProps {
  task: TaskRow;
  clusterName: string;
  now: number;
}

/** Remembered: nodes report each second, and a row hangs on none of it. */
const TaskLine = memo(function TaskLine({ task, clusterName, now }: LineProps) {
  const t = useTranslations("pages.tasks");
  const cell = "px-3.5 py-1.5 align-top max-sm:block max-sm:px-0 max-sm:py-0.5 max-sm:pt-0.5!";
  const small = "max-sm:mr-3 max-sm:inline-block";
  const about = task.error ? task.error.message : isOpen(task) ? task.current : null;
  return (
    <tr className="border-t border-line max-sm:block max-sm:px-3.5 max-sm:py-3">
      <td className={`${cell} pt-2`}>
        <TaskStatus state={task.state} />
      </td>
      <th scope="row" className={`${cell} text-left font-normal`}>
        <Link
          prefetch={false}
          href={`/tasks/${task.id}`}
          className="inline-flex min-h-6 min-w-6 items-center font-medium break-words no-underline hover:underline"
        >
          <T text={task.title} />
        </Link>
        <span className="block text-s text-ink-2">
          {visible(clusterName)}
          {about ? (
            <>
              {clusterName ? " · " : ""}
              <T text={about} />
            </>
          ) : null}
        </span>
      </th>
      <td className={`${cell} pt-2 text-right whitespace-nowrap max-sm:text-left ${small}`}>
        <span className="text-ink-2 sm:hidden">{t("column.steps")} </span>
        {t("steps", { done: task.stepsDone, total: task.stepsTotal })}
      </td>
      <td className={`${cell} pt-2 text-ink-2 ${small}`}>{visible(task.actorName)}</td>
      <td className={`${cell} pt-2 text-ink-2 ${small}`}>
        <Ago iso={task.createdAt} now={now} />
      </td>
      <td className={`${cell} pt-2 text-right text-ink-2 max-sm:text-left ${small}`}>
        <span className="sm:hidden">{t("column.took")} </span>
        <Took startedAt={task.startedAt} endedAt={task.endedAt} now={now} />
      </td>
    </tr>
  );
});

/** The order of the list: by its heads, or where there are none by a choice. */
export const useTaskSort = () => useSort(TASK_SORTS, "started", ["started", "took"]);

/** Tasks as rows; on a phone each row is a card. */
export function TaskTable({ rows }: { rows: TaskRow[] }) {
  const t = useTranslations("pages.tasks");
  const state = usePanel();
  const sort = useTaskSort();
  const clusterName = (id: string | null) => state.clusters.find((cluster) => cluster.id === id)?.name ?? "";
  return (
    <Pane className="overflow-hidden">
      <table className="w-full border-collapse max-sm:block" aria-label={t("title")}>
        <thead className="bg-sunken max-sm:sr-only">
          <tr>
            <SortHead column="state" sort={sort} className="w-32">
              {t("column.state")}
            </SortHead>
            <SortHead column="task" sort={sort}>
              {t("column.task")}
            </SortHead>
            <th scope="col" className="w-24 px-3.5 py-1 text-right text-s font-medium text-ink-2">
              {t("column.steps")}
            </th>
            <SortHead column="who" sort={sort} className="w-36">
              {t("column.who")}
            </SortHead>
            <SortHead column="started" sort={sort} className="w-32">
              {t("column.started")}
            </SortHead>
            <SortHead column="took" sort={sort} className="w-28" right>
              {t("column.took")}
            </SortHead>
          </tr>
        </thead>
        <tbody className="max-sm:block">
          {rows.map((task) => (
            <TaskLine key={task.id} task={task} clusterName={clusterName(task.clusterId)} now={state.sentAt} />
          ))}
        </tbody>
      </table>
    </Pane>
  );
}
