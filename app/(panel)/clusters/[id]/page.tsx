import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ClusterPage } from "#components/cluster/cluster-page.tsx";
import { en } from "#lib/messages/en.ts";
import { panelView } from "../../data.ts";

interface Props {
  params: Promise<{ id: string }>;
}

async function find(props: Props) {
  const { id } = await props.params;
  return (await panelView()).clusters.find((cluster) => cluster.id === id);
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: (await find(props))?.name ?? en.common.notFound };
}

export default async function Page(props: Props) {
  const cluster = await find(props);
  if (!cluster) notFound();
  return <ClusterPage id={cluster.id} />;
}
