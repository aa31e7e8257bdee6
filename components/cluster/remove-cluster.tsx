"use client";
import { useTranslations } from "use-intl";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { useRemoval } from "#components/plan/use-removal.ts";
import { usePanel } from "#components/shell/panel-data.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { Facts, Pane } from "#components/ui/layout.tsx";
import { removeCluster } from "#lib/actions/clusters.ts";
import type { ClusterView } from "#lib/domain/dto.ts";
import type { RemovalView } from "#lib/domain/planned.ts";
import { visible } from "#lib/domain/visible.ts";

function RemoveForm({ cluster, initial }: { cluster: ClusterView; initial: RemovalView }) {
  const t = useTranslations("life.removal");
  const column = useTranslations("pages.overview.column");
  const plan = useRemoval("clusters", cluster.id, initial);
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => visible(name)).join(", ") || "–";
  return (
    <PlannedForm
      title={t("clusterTitle", { cluster: visible(cluster.name) })}
      below={t("clusterBelow")}
      isReady
      plan={plan}
      confirm={t("clusterConfirm")}
      onConfirm={(shown) => removeCluster({ clusterId: cluster.id, ...shown })}
      danger
      back={`/clusters/${cluster.id}`}
    >
      <Pane>
        <Facts
          rows={[
            [column("storages"), names(cluster.storages)],
            [column("nodes"), names(cluster.nodes)],
          ]}
        />
      </Pane>
    </PlannedForm>
  );
}

/** The deletion of a cluster and what is forgotten with it. */
export function RemoveCluster({ id, initial }: { id: string; initial: RemovalView }) {
  const t = useTranslations("pages.cluster");
  const cluster = usePanel().clusters.find((each) => each.id === id);
  return cluster ? <RemoveForm key={id} cluster={cluster} initial={initial} /> : <Gone>{t("gone")}</Gone>;
}
