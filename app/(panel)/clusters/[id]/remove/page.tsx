import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { RemoveCluster } from "#components/cluster/remove-cluster.tsx";
import { en } from "#lib/messages/en.ts";
import { panelView } from "../../../data.ts";

export const metadata: Metadata = { title: en.life.removal.clusterConfirm };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const { clusters } = await panelView();
  if (!clusters.some((each) => each.id === id)) notFound();
  return <RemoveCluster id={id} />;
}
