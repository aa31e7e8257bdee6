"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { PlainButton } from "#components/ui/button.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { T } from "#components/text/t.tsx";
import { Ago } from "#components/text/time.tsx";
import { Empty, PageHead, Pane } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { Segments } from "#components/ui/segments.tsx";
import type { TaskRow } from "#lib/domain/dto.ts";
import { visible } from "#lib/domain/visible.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { isOpen, tasksQuery } from "#lib/queries/tasks.ts";
import { TaskStatus } from "./task-status.tsx";
import { Took } from "./took.tsx";

const SHOW = ["all", "open", "trouble"] as const;
type Show = (typeof SHOW)[number];

const FITS: Record<Show, (task: TaskRow) => boolean> = {
  all: () => true,
  open: isOpen,
  trouble: (task) => task.state === "failed" || task.state === "undone",
};

function TaskLine({ task, clusterName, now }: { task: TaskRow; clusterName: string; now: number }) {
  const t = useTranslations("pages.tasks");
  const cell = "px-3.5 py-1.5 align-top max-sm:block max-sm:px-0 max-sm:py-0.5";
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
          {task.error ? (
            <>
              {clusterName ? " · " : ""}
              <T text={task.error.message} />
            </>
          ) : task.current && isOpen(task) ? (
            <>
              {clusterName ? " · " : ""}
              <T text={task.current} />
            </>
          ) : null}
        </span>
      </th>
      <td className={`${cell} pt-2 text-right whitespace-nowrap max-sm:text-left`}>
        <span className="text-ink-2 sm:hidden">{t("column.steps")} </span>
        {t("steps", { done: task.stepsDone, total: task.stepsTotal })}
      </td>
      <td className={`${cell} pt-2 text-ink-2`}>{visible(task.actorName)}</td>
      <td className={`${cell} pt-2 text-ink-2`}>
        <Ago iso={task.createdAt} now={now} />
      </td>
      <td className={`${cell} pt-2 text-right text-ink-2 max-sm:text-left`}>
        <span className="sm:hidden">{t("column.took")} </span>
        <Took startedAt={task.startedAt} endedAt={task.endedAt} now={now} />
      </td>
    </tr>
  );
}

/** Every change that ran, newest first. */
export function TasksPage() {
  const t = useTranslations("pages.tasks");
  const state = usePanel();
  const { data: tasks = [], error } = useQuery(tasksQuery());
  const [address, setAddress] = useAddress();
  const show = SHOW.find((each) => each === address.get("show")) ?? "all";
  const clusterId = address.get("cluster");
  const shown = tasks.filter((task) => FITS[show](task) && (!clusterId || task.clusterId === clusterId));
  const clusterName = (id: string | null) => state.clusters.find((cluster) => cluster.id === id)?.name ?? "";
  const head = "px-3.5 py-2 text-left text-s font-medium text-ink-2";
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("title")} below={t("below")} />
      {error ? <ErrorNotice error={errorViewOf(error)} /> : null}
      {tasks.length === 0 ? (
        <Empty title={t("emptyTitle")}>{t("emptyText")}</Empty>
      ) : (
        <>
          <div className="mb-2.5 flex flex-wrap items-center gap-3">
            <Segments
              label={t("filter")}
              value={show}
              options={[
                { value: "all", label: t("filterAll") },
                { value: "open", label: t("filterOpen") },
                { value: "trouble", label: t("filterTrouble") },
              ]}
              onChange={(value) => setAddress({ show: value === "all" ? null : value })}
            />
            {clusterId ? (
              <PlainButton className="min-h-6 text-s underline" onClick={() => setAddress({ cluster: null })}>
                {t("ofCluster", { cluster: visible(clusterName(clusterId)) })} {t("allClusters")}
              </PlainButton>
            ) : null}
          </div>
          {shown.length === 0 ? (
            <p className="text-ink-2">{t("none")}</p>
          ) : (
            <Pane className="overflow-hidden">
              <table className="w-full border-collapse max-sm:block" aria-label={t("title")}>
                <thead className="bg-sunken max-sm:sr-only">
                  <tr>
                    <th scope="col" className={`${head} w-32`}>
                      {t("column.state")}
                    </th>
                    <th scope="col" className={head}>
                      {t("column.task")}
                    </th>
                    <th scope="col" className={`${head} w-24 text-right`}>
                      {t("column.steps")}
                    </th>
                    <th scope="col" className={`${head} w-36`}>
                      {t("column.who")}
                    </th>
                    <th scope="col" className={`${head} w-32`}>
                      {t("column.started")}
                    </th>
                    <th scope="col" className={`${head} w-24 text-right`}>
                      {t("column.took")}
                    </th>
                  </tr>
                </thead>
                <tbody className="max-sm:block">
                  {shown.map((task) => (
                    <TaskLine key={task.id} task={task} clusterName={clusterName(task.clusterId)} now={state.sentAt} />
                  ))}
                </tbody>
              </table>
            </Pane>
          )}
        </>
      )}
    </div>
  );
}
