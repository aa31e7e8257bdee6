"use client";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { PageHead } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { WizardSkeleton } from "#components/ui/skeleton.tsx";
import { startClusterDraft } from "#lib/actions/drafts.ts";
import type { ErrorView } from "#lib/domain/errors.ts";

/** A draft is written by an action, never by looking at an address: this page asks for it and goes there. */
export function StartWizard() {
  const t = useTranslations("wizard");
  const router = useRouter();
  const [error, setError] = useState<ErrorView | null>(null);
  const open = useCallback(async () => {
    setError(null);
    const result = await startClusterDraft(undefined);
    if (result.ok) router.replace(`/clusters/new/${result.value.draftId}`);
    else setError(result.error);
  }, [router]);
  useEffect(() => void open(), [open]);
  if (!error) return <WizardSkeleton />;
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("title")} />
      <ErrorNotice error={error} retry={() => void open()} />
    </div>
  );
}
