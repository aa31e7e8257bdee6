import type { Metadata } from "next";
import { EditNode } from "#components/node/edit-node.tsx";
import { en } from "#lib/messages/en.ts";
import { nodeDetails } from "#lib/services/nodes/details.ts";
import { orNotFound, pageContext } from "../../../data.ts";

export const metadata: Metadata = { title: en.node.verb.edit };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const { port } = await orNotFound(nodeDetails(await pageContext(), id));
  return <EditNode id={id} port={port} />;
}
