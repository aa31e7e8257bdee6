import type { Metadata } from "next";
import { PartsPage } from "#components/storage/parts-page.tsx";
import { en } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: en.pages.storage.pvs };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <PartsPage id={(await params).id} />;
}
