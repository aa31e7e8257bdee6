import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { OPEN_NODES } from "#components/storage/open-nodes.ts";
import { StoragePage } from "#components/storage/storage-page.tsx";
import { en } from "#lib/messages/en.ts";
import type { NodeDetails } from "#lib/domain/dto.ts";
import { nodeDetails } from "#lib/services/nodes/details.ts";
import { listStorageKinds } from "#lib/services/storages/kinds.ts";
import { firstDrives, orNotFound, pageContext, panelView } from "../../data.ts";

/** More of them are on the page of all drives. */
const SHOWN_DRIVES = 50;

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
  const nodes = (await panelView()).clusters.find((cluster) => cluster.id === found.clusterId)?.nodes ?? [];
  const ctx = await pageContext();
  const opened = nodes.length <= OPEN_NODES ? nodes : [];
  const details: Record<string, NodeDetails> = {};
  for (const { id } of opened) details[id] = await orNotFound(nodeDetails(ctx, id));
  const kinds = await listStorageKinds(ctx, null);
  return (
    <StoragePage
      id={found.id}
      fields={kinds.find(({ kind }) => kind === found.kind)?.fields ?? []}
      details={details}
      drives={await firstDrives(`storage=${found.id}&limit=${SHOWN_DRIVES}&unknown=1`)}
    />
  );
}
