"use client";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { startJoinDraft } from "#lib/actions/drafts.ts";
import type { ErrorView } from "#lib/domain/errors.ts";

/** Opens the join form of a cluster: a draft, so that nothing typed is lost. */
export function AddNodesButton({ clusterId }: { clusterId: string }) {
  const t = useTranslations("pages.cluster");
  const say = useText();
  const router = useRouter();
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const open = () =>
    start(async () => {
      const result = await startJoinDraft({ clusterId });
      if (!result.ok) return setError(result.error);
      router.push(`/clusters/${clusterId}/join/${result.value.draftId}?step=nodes`);
    });
  return (
    <span className="inline-flex flex-col items-end gap-1">
      <Button look="primary" onClick={open} busy={busy} icon={<Plus aria-hidden size={15} />}>
        {busy ? t("joinDrafting") : t("addNodes")}
      </Button>
      {error ? (
        <span role="alert" className="text-s text-bad">
          {say(error.message)}
        </span>
      ) : null}
    </span>
  );
}
