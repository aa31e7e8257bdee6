import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { EditStorage } from "#components/storage/edit-storage.tsx";
import { en } from "#lib/messages/en.ts";
import { listStorageKinds } from "#lib/services/storages/kinds.ts";
import { pageContext, panelView } from "../../../data.ts";

export const metadata: Metadata = { title: en.life.edit.open };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const storage = (await panelView()).clusters.flatMap((cluster) => cluster.storages).find((each) => each.id === id);
  if (!storage) notFound();
  const kinds = await listStorageKinds(await pageContext(), null);
  const fields = kinds.find((kind) => kind.kind === storage.kind)?.fields ?? [];
  return <EditStorage id={id} fields={fields} />;
}
