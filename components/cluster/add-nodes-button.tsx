"use client";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { useAction } from "#components/ui/use-action.ts";
import { startJoinDraft, startStorageDraft } from "#lib/actions/drafts.ts";

const FORMS = {
  nodes: { start: startJoinDraft, path: "join", step: "nodes", look: "primary" },
  storage: { start: startStorageDraft, path: "storage", step: "storages", look: "secondary" },
} as const;

/** Opens the form that adds nodes, or a storage, to a cluster: a draft, so that nothing typed is lost. */
function AddButton({ clusterId, what, label }: { clusterId: string; what: keyof typeof FORMS; label: string }) {
  const opening = useTranslations("pages.cluster")("joinDrafting");
  const say = useText();
  const router = useRouter();
  const { start, path, step, look } = FORMS[what];
  const { busy, error, run } = useAction(
    () => start({ clusterId }),
    ({ draftId }) => router.push(`/clusters/${clusterId}/${path}/${draftId}?step=${step}`),
  );
  return (
    <span className="inline-flex flex-col items-end gap-1">
      <Button look={look} onClick={run} busy={busy} icon={<Plus aria-hidden size={15} />}>
        {busy ? opening : label}
      </Button>
      {error ? (
        <span role="alert" className="text-s text-bad">
          {say(error.message)}
        </span>
      ) : null}
    </span>
  );
}

export function AddNodesButton({ clusterId }: { clusterId: string }) {
  const t = useTranslations("pages.cluster");
  return <AddButton clusterId={clusterId} what="nodes" label={t("addNodes")} />;
}

export function AddStorageButton({ clusterId }: { clusterId: string }) {
  const t = useTranslations("pages.cluster");
  return <AddButton clusterId={clusterId} what="storage" label={t("addStorage")} />;
}
