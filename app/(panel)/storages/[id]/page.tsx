import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { StoragePage } from "#components/storage/storage-page.tsx";
import { en } from "#lib/messages/en.ts";
import { drivesView, panelView } from "../../data.ts";

interface Props {
  params: Promise<{ id: string }>;
}

async function find(props: Props) {
  const { id } = await props.params;
  return (await panelView()).clusters.flatMap((cluster) => cluster.storages).find((each) => each.id === id);
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: (await find(props))?.name ?? en.common.notFound };
}

export default async function Page(props: Props) {
  const found = await find(props);
  if (!found) notFound();
  return <StoragePage id={found.id} drives={await drivesView()} />;
}
