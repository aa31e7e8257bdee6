import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { NodePage } from "#components/node/node-page.tsx";
import { en } from "#lib/messages/en.ts";
import { nodeDetails } from "#lib/services/nodes/details.ts";
import { nodeHistory } from "#lib/services/nodes/history.ts";
import { orNotFound, pageContext, panelView } from "../../data.ts";

interface Props {
  params: Promise<{ id: string }>;
}

async function find(props: Props) {
  const { id } = await props.params;
  return (await panelView()).clusters.flatMap((cluster) => cluster.nodes).find((each) => each.id === id);
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: (await find(props))?.name ?? en.common.notFound };
}

export default async function Page(props: Props) {
  const found = await find(props);
  if (!found) notFound();
  const ctx = await pageContext();
  const [history, details] = await orNotFound(Promise.all([nodeHistory(ctx, found.id), nodeDetails(ctx, found.id)]));
  return <NodePage id={found.id} history={history} details={details} />;
}
