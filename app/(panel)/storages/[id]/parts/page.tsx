import type { Metadata } from "next";
import { PartsPage } from "#components/storage/parts-page.tsx";
import { en } from "#lib/messages/en.ts";
import { readSourceForm } from "#lib/services/storages/source.ts";
import { pageContext, panelView } from "../../../data.ts";

export const metadata: Metadata = { title: en.pages.storage.pvs };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const storage = (await panelView()).clusters.flatMap((cluster) => cluster.storages).find((each) => each.id === id);
  return <PartsPage id={id} sourceForm={storage ? await readSourceForm(await pageContext(), storage) : null} />;
}
