"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { Ask } from "#components/ui/ask.tsx";
import { discardDraft } from "#lib/actions/drafts.ts";
import type { DraftForm } from "./use-draft.ts";

/** Throws the draft away, after asking; its passwords and keys go at once. */
export function DiscardDraft({ form }: { form: DraftForm }) {
  const { draft, leave } = form;
  const t = useTranslations("wizard");
  const router = useRouter();
  const discard = async () => {
    const result = await discardDraft({ draftId: draft.id });
    if (!result.ok) leave(false);
    return result;
  };
  return (
    <Ask
      label={t("discard")}
      confirm={t("discard")}
      keep={t("discardKeep")}
      look="quiet"
      small
      danger
      // Before the action begins: the draft must not be asked for once it is gone.
      onStart={() => leave(true)}
      run={discard}
      onDone={() => router.push(draft.clusterId ? `/clusters/${draft.clusterId}` : "/")}
    >
      {t("discardAsk")}
    </Ask>
  );
}
