import type { Metadata } from "next";
import { RemoveCluster } from "#components/cluster/remove-cluster.tsx";
import { en } from "#lib/messages/en.ts";
import { previewClusterRemoval } from "#lib/services/clusters/remove.ts";
import { orNotFound, pageContext } from "../../../data.ts";

export const metadata: Metadata = { title: en.life.removal.clusterConfirm };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const initial = await orNotFound(previewClusterRemoval(await pageContext(), id));
  return <RemoveCluster id={id} initial={initial} />;
}
