"use client";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import type { ClusterView } from "#lib/domain/dto.ts";
import { removeClusterObstacle } from "#lib/domain/storage-life.ts";
import { visible } from "#lib/domain/visible.ts";

/** Leads to the plan of the cluster's deletion, or says why there is none now. */
export function RemoveClusterButton({ cluster }: { cluster: ClusterView }) {
  const t = useTranslations("life.removal");
  const say = useText();
  // Drives are on nodes: a cluster without nodes has none.
  const obstacle = removeClusterObstacle(visible(cluster.name), cluster.nodes.length, 0);
  if (obstacle)
    return (
      <Button look="danger" reason={say(obstacle)}>
        {t("clusterOpen")}
      </Button>
    );
  return (
    <LinkButton look="danger" href={`/clusters/${cluster.id}/remove`}>
      {t("clusterOpen")}
    </LinkButton>
  );
}
