import type { Metadata } from "next";
import { RotateKey } from "#components/node/rotate-key.tsx";
import { en } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: en.node.verb["rotate-key"] };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <RotateKey id={(await params).id} />;
}
