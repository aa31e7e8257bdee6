"use client";
import { useTranslations } from "use-intl";
import { FirstCluster } from "#components/overview/first-cluster.tsx";
import { usePanel, useTasks } from "#components/shell/panel-data.tsx";
import { Button } from "#components/ui/button.tsx";
import { Empty, PageHead, Pane } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { RowsSkeleton } from "#components/ui/skeleton.tsx";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { TaskFilters } from "./task-filters.tsx";
import { TaskTable } from "./task-table.tsx";
import { type FirstTasks, useTaskList } from "./use-task-list.ts";

function TaskRows({ list }: { list: ReturnType<typeof useTaskList> }) {
  const t = useTranslations("pages.tasks");
  const words = useTranslations("common");
  if (list.error && list.rows.length === 0)
    return <ErrorNotice error={errorViewOf(list.error)} retry={() => void list.refetch()} />;
  if (list.isPending) return <RowsSkeleton />;
  return (
    <div aria-busy={list.isPlaceholderData} className={list.isPlaceholderData ? "opacity-60" : ""}>
      {list.newer > 0 ? (
        <p className="mb-2">
          <Button small onClick={() => void list.refresh()}>
            {t("newer", { count: list.newer })}
          </Button>
        </p>
      ) : null}
      {list.rows.length === 0 ? <Pane className="px-3.5 py-4">{t("none")}</Pane> : <TaskTable rows={list.rows} />}
      {list.hasNextPage ? (
        <p className="mt-3">
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {list.isFetchingNextPage ? words("loading") : t("older")}
          </Button>
        </p>
      ) : null}
    </div>
  );
}

/** Every change that ran, newest first. */
export function TasksPage({ first }: { first: FirstTasks | null }) {
  const t = useTranslations("pages.tasks");
  const list = useTaskList(first);
  const isEmpty = useTasks().length === 0;
  const hasCluster = usePanel().clusters.length > 0;
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("title")} below={t("below")} />
      {isEmpty ? (
        <Empty title={t("emptyTitle")} action={hasCluster ? undefined : <FirstCluster />}>
          {t("emptyText")}
        </Empty>
      ) : (
        <>
          <TaskFilters />
          <TaskRows list={list} />
        </>
      )}
    </div>
  );
}
