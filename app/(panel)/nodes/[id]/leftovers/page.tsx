import type { Metadata } from "next";
import { Leftovers } from "#components/node/leftovers.tsx";
import { en } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: en.node.verb.leftovers };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <Leftovers id={(await params).id} />;
}
