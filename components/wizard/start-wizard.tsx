"use client";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button.tsx";
import { PageHead } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { startClusterDraft } from "#lib/actions/drafts.ts";
import type { ErrorView } from "#lib/domain/errors.ts";

/** A draft is written by an action, never by looking at an address: this page asks for it and goes there. */
export function StartWizard() {
  const t = useTranslations("wizard");
  const retry = useTranslations("common")("retry");
  const router = useRouter();
  const [error, setError] = useState<ErrorView | null>(null);
  const open = useCallback(async () => {
    setError(null);
    const result = await startClusterDraft(undefined);
    if (result.ok) router.replace(`/clusters/new/${result.value.draftId}`);
    else setError(result.error);
  }, [router]);
  useEffect(() => void open(), [open]);
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("title")} below={error ? undefined : t("opening")} />
      {error ? <ErrorNotice error={error} actions={<Button onClick={() => void open()}>{retry}</Button>} /> : null}
    </div>
  );
}
