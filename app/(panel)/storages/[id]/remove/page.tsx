import type { Metadata } from "next";
import { RemoveStorage } from "#components/storage/remove-storage.tsx";
import { en } from "#lib/messages/en.ts";
import { previewRemoval } from "#lib/services/storages/remove.ts";
import { orNotFound, pageContext } from "../../../data.ts";

export const metadata: Metadata = { title: en.life.removal.confirm };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const initial = await orNotFound(previewRemoval(await pageContext(), { storageId: id, isForced: false }));
  return <RemoveStorage id={id} initial={initial} />;
}
