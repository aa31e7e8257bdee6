import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Wizard } from "#components/wizard/wizard.tsx";
import { en } from "#lib/messages/en.ts";
import { wizardData } from "../../../wizard-data.ts";

export const metadata: Metadata = { title: en.pages.cluster.addStorage };

/** Adding storages: three of the wizard's steps, for a cluster that exists and its nodes. */
export default async function Page({ params }: { params: Promise<{ id: string; draftId: string }> }) {
  const { id, draftId } = await params;
  const { draft, kinds } = await wizardData(draftId);
  if (draft.clusterId !== id || draft.kind !== "storage") notFound();
  return <Wizard key={draft.id} initial={draft} kinds={kinds} />;
}
