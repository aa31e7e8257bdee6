"use client";
import { Plus } from "lucide-react";
import { useTranslations } from "use-intl";
import { useNeeds, usePanel, useTasks } from "#components/shell/panel-data.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Empty, PageHead, Section } from "#components/ui/layout.tsx";
import { ClusterTable } from "./cluster-table.tsx";
import { FirstCluster } from "./first-cluster.tsx";
import { LastTasks } from "./last-tasks.tsx";
import { nodeCount } from "#lib/domain/cluster-summary.ts";
import { NeedList } from "./need-list.tsx";

/** What needs you, worst first; then the clusters. When nothing needs you, it says so. */
export function Overview() {
  const t = useTranslations("pages.overview");
  const state = usePanel();
  const tasks = useTasks();
  const { clusters } = state;
  const needs = useNeeds();
  const nodes = clusters.reduce((sum, cluster) => sum + nodeCount(cluster), 0);
  const storages = clusters.reduce((sum, cluster) => sum + cluster.storages.length, 0);
  if (clusters.length === 0) {
    return (
      <div className="p-4 sm:p-5">
        <PageHead title={t("title")} />
        <Empty title={t("emptyTitle")} action={<FirstCluster />}>
          {t("emptyText")}
        </Empty>
        {needs.count > 0 ? <NeedList needs={needs} clusters={clusters} now={state.sentAt} /> : null}
        {tasks.length > 0 ? (
          <Section title={t("lastTasks")}>
            <LastTasks />
          </Section>
        ) : null}
      </div>
    );
  }
  const rest = needs.count > 0 ? t("restFine") : nodes === 0 ? t("noNodes") : t("allFine");
  return (
    <div className="p-4 sm:p-5">
      <PageHead
        title={needs.count > 0 ? t("needs", { count: needs.count }) : t("calm")}
        below={`${t("summary", { clusters: clusters.length, nodes, storages })} ${rest}`}
        actions={
          <LinkButton look="primary" href="/clusters/new" icon={<Plus aria-hidden size={15} />}>
            {t("newCluster")}
          </LinkButton>
        }
      />
      {needs.count > 0 ? <NeedList needs={needs} clusters={clusters} now={state.sentAt} /> : null}
      <Section title={t("clusters")}>
        <ClusterTable />
      </Section>
      <Section title={t("lastTasks")}>
        <LastTasks />
      </Section>
    </div>
  );
}
