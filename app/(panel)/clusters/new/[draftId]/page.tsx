import type { Metadata } from "next";
import { Wizard } from "#components/wizard/wizard.tsx";
import { en } from "#lib/messages/en.ts";
import { wizardData } from "../../wizard-data.ts";

export const metadata: Metadata = { title: en.wizard.title };

export default async function Page({ params }: { params: Promise<{ draftId: string }> }) {
  const { draft, kinds } = await wizardData((await params).draftId);
  return <Wizard key={draft.id} initial={draft} kinds={kinds} />;
}
