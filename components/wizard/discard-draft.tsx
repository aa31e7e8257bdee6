"use client";
import { useRouter } from "next/navigation";
import { useRef, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { discardDraft } from "#lib/actions/drafts.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import type { DraftForm } from "./use-draft.ts";

/** Throws the draft away, after asking; its passwords and keys go at once. */
export function DiscardDraft({ form }: { form: DraftForm }) {
  const { draft, leave } = form;
  const t = useTranslations("wizard");
  const dialog = useRef<HTMLDialogElement>(null);
  const router = useRouter();
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const discard = () =>
    start(async () => {
      leave(true);
      const result = await discardDraft({ draftId: draft.id });
      if (result.ok) return router.push(draft.clusterId ? `/clusters/${draft.clusterId}` : "/");
      leave(false);
      setError(result.error);
    });
  return (
    <>
      <Button small look="quiet" onClick={() => dialog.current?.showModal()}>
        {t("discard")}
      </Button>
      <dialog
        ref={dialog}
        aria-labelledby="discard-title"
        className="m-auto w-full max-w-md rounded-m border border-line bg-surface p-5 text-ink shadow-float backdrop:bg-scrim"
      >
        <h2 id="discard-title" className="text-l font-semibold">
          {t("discard")}
        </h2>
        <p className="mt-1.5 text-ink-2">{t("discardAsk")}</p>
        {error ? <ErrorNotice error={error} /> : null}
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>{t("discardKeep")}</Button>
          <Button look="danger" busy={busy} onClick={discard}>
            {t("discard")}
          </Button>
        </div>
      </dialog>
    </>
  );
}
