import type { Metadata } from "next";
import { StartWizard } from "#components/wizard/start-wizard.tsx";
import { en } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: en.wizard.title };

/** Opens the wizard that was left, or a new one. */
export default function Page() {
  return <StartWizard />;
}
