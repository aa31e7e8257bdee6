"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { LeftList } from "#components/plan/left-list.tsx";
import { PlannedForm } from "#components/plan/planned-form.tsx";
import { useRemoval } from "#components/plan/use-removal.ts";
import { usePanel } from "#components/shell/panel-data.tsx";
import { CheckField } from "#components/ui/field.tsx";
import { Gone } from "#components/ui/gone.tsx";
import { Facts, Pane } from "#components/ui/layout.tsx";
import { removeCluster } from "#lib/actions/clusters.ts";
import type { ClusterView } from "#lib/domain/dto.ts";
import { FIRST_ROWS } from "#lib/domain/node-window.ts";
import { visible } from "#lib/domain/visible.ts";

function RemoveForm({ cluster }: { cluster: ClusterView }) {
  const t = useTranslations("life.removal");
  const common = useTranslations("common.plan");
  const column = useTranslations("pages.overview.column");
  const [isForced, setForced] = useState(false);
  const plan = useRemoval("clusters", cluster.id, isForced);
  const left = plan.view?.left ?? [];
  const names = (list: readonly { name: string }[], count = list.length) => {
    const shown = list.slice(0, FIRST_ROWS).map(({ name }) => visible(name));
    const more = count - shown.length;
    return [...shown, ...(more > 0 ? [common("andMore", { count: more })] : [])].join(", ") || "–";
  };
  return (
    <PlannedForm
      title={t("clusterTitle", { cluster: visible(cluster.name) })}
      below={t("clusterBelow")}
      isReady
      plan={plan}
      confirm={t("clusterConfirm")}
      onConfirm={(shown) => removeCluster({ clusterId: cluster.id, isForced, ...shown })}
      danger
      back={`/clusters/${cluster.id}`}
    >
      <Pane>
        <Facts
          rows={[
            [column("storages"), names(cluster.storages)],
            [column("nodes"), names(cluster.nodes, cluster.sums?.nodes)],
          ]}
        />
      </Pane>
      {left.length > 0 ? (
        <>
          <LeftList left={left} count={plan.view?.counts?.left} about={t("clusterLeftText")} />
          <CheckField label={t("clusterForce")} checked={isForced} onChange={setForced} />
        </>
      ) : null}
    </PlannedForm>
  );
}

/** The deletion of a cluster and what is forgotten with it. */
export function RemoveCluster({ id }: { id: string }) {
  const t = useTranslations("pages.cluster");
  const cluster = usePanel().clusters.find((each) => each.id === id);
  return cluster ? <RemoveForm key={id} cluster={cluster} /> : <Gone>{t("gone")}</Gone>;
}
