import type { Metadata } from "next";
import { RemoveNode } from "#components/node/remove-node.tsx";
import { en } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: en.node.verb.remove };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <RemoveNode id={(await params).id} />;
}
