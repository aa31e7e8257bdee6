import type { Metadata } from "next";
import { PartsPage } from "#components/storage/parts-page.tsx";
import { en } from "#lib/messages/en.ts";
import { readSourceForm } from "#lib/services/storages/source.ts";
import { pageContext, panelView } from "../../../data.ts";

export const metadata: Metadata = { title: en.pages.storage.pvs };

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ again?: string | string[] }>;
}

export default async function Page({ params, searchParams }: Props) {
  const { id } = await params;
  const { again } = await searchParams;
  const taskId = typeof again === "string" ? again : null;
  const storage = (await panelView()).clusters.flatMap((cluster) => cluster.storages).find((each) => each.id === id);
  const sourceForm = storage ? await readSourceForm(await pageContext(), storage, taskId) : null;
  return <PartsPage id={id} sourceForm={sourceForm} />;
}
