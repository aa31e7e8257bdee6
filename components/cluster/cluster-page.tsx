"use client";
import { useTranslations } from "use-intl";
import { useTroubles } from "#components/overview/cluster-status.tsx";
import { LastTasks } from "#components/overview/last-tasks.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { Empty, PageHead, Section } from "#components/ui/layout.tsx";
import { Status, Tag } from "#components/ui/status.tsx";
import { NODE_WORD_TONE } from "#lib/domain/badges.ts";
import { nodeCount } from "#lib/domain/cluster-summary.ts";
import type { ClusterView } from "#lib/domain/dto.ts";
import { visible } from "#lib/domain/visible.ts";
import { AddNodesButton, AddStorageButton } from "./add-nodes-button.tsx";
import { Matrix } from "./matrix.tsx";

function ClusterContent({ cluster }: { cluster: ClusterView }) {
  const t = useTranslations("pages.cluster");
  const kind = useTranslations("common.virtualization")(cluster.virtualization);
  const tRemoval = useTranslations("life.removal");
  const state = usePanel();
  const troubles = useTroubles(cluster, state.live);
  return (
    <div className="p-4 sm:p-5">
      <PageHead
        title={visible(cluster.name)}
        beside={
          <>
            <Tag>{kind}</Tag>
            {troubles.map(({ word, label }) => (
              <Status key={word} tone={NODE_WORD_TONE[word]} soft>
                {label}
              </Status>
            ))}
          </>
        }
        below={t("summary", { nodes: nodeCount(cluster), storages: cluster.storages.length })}
        actions={
          <>
            {nodeCount(cluster) > 0 ? <AddNodesButton clusterId={cluster.id} /> : null}
            <AddStorageButton clusterId={cluster.id} />
            <LinkButton look="danger" href={`/clusters/${cluster.id}/remove`}>
              {tRemoval("clusterOpen")}
            </LinkButton>
          </>
        }
      />
      {nodeCount(cluster) === 0 ? (
        <Empty title={t("emptyTitle")} action={<AddNodesButton clusterId={cluster.id} />}>
          {t("emptyText")}
        </Empty>
      ) : (
        <>
          <h2 className="sr-only">{t("matrix")}</h2>
          <Matrix cluster={cluster} />
        </>
      )}
      <Section title={t("lastTasks")}>
        <LastTasks clusterId={cluster.id} />
      </Section>
    </div>
  );
}

/** A cluster: its nodes × storages. */
export function ClusterPage({ id }: { id: string }) {
  const t = useTranslations("pages.cluster");
  const cluster = usePanel().clusters.find((each) => each.id === id);
  return cluster ? <ClusterContent key={id} cluster={cluster} /> : <Gone>{t("gone")}</Gone>;
}
