import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { RemoveStorage } from "#components/storage/remove-storage.tsx";
import { en } from "#lib/messages/en.ts";
import { panelView } from "../../../data.ts";

export const metadata: Metadata = { title: en.life.removal.confirm };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const { clusters } = await panelView();
  if (!clusters.some((each) => each.storages.some((storage) => storage.id === id))) notFound();
  return <RemoveStorage id={id} />;
}
