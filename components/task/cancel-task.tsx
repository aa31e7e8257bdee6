"use client";
import { useRef, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { cancelTaskAction } from "#lib/actions/tasks.ts";
import type { TaskView } from "#lib/domain/dto.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import { isOpen } from "#lib/queries/tasks.ts";

/** Asks once, then cancels: what was done is undone. */
export function CancelTask({ task }: { task: TaskView }) {
  const t = useTranslations("pages.task");
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const [asked, setAsked] = useState(false);
  const reason = !isOpen(task) ? t("cancelEnded") : task.state === "undoing" ? t("cancelUndoing") : null;
  const cancel = () =>
    start(async () => {
      const result = await cancelTaskAction({ taskId: task.id });
      setError(result.ok ? null : result.error);
      if (!result.ok) return;
      setAsked(true);
      dialog.current?.close();
    });
  if (!isOpen(task)) return null;
  return (
    <>
      <Button onClick={() => dialog.current?.showModal()} reason={reason} busy={asked}>
        {asked ? t("cancelling") : t("cancel")}
      </Button>
      <dialog
        ref={dialog}
        aria-labelledby="cancel-title"
        className="m-auto w-full max-w-md rounded-m border border-line bg-surface p-5 text-ink shadow-float backdrop:bg-scrim"
      >
        <h2 id="cancel-title" className="text-l font-semibold">
          {t("cancelConfirm")}
        </h2>
        <p className="mt-1.5 text-ink-2">{t("cancelAsk")}</p>
        {error ? (
          <div className="mt-3">
            <ErrorNotice error={error} />
          </div>
        ) : null}
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>{t("cancelKeep")}</Button>
          <Button look="danger" onClick={cancel} busy={busy}>
            {busy ? t("cancelling") : t("cancelConfirm")}
          </Button>
        </div>
      </dialog>
    </>
  );
}
