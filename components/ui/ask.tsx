"use client";
import { type ReactNode, useId, useRef, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import type { ActionResult, ErrorView } from "#lib/domain/errors.ts";
import { Button, type ButtonLook } from "./button.tsx";
import { ErrorNotice } from "./notice.tsx";

interface Props {
  /** On the button that opens the question, and its heading. */
  label: string;
  /** A heading of its own, which names the button for screen readers as well: where there are several of one label. */
  title?: string;
  /** What happens, and what is lost. */
  children: ReactNode;
  confirm: string;
  confirming?: string;
  keep?: string;
  look?: ButtonLook;
  small?: boolean;
  danger?: boolean;
  /** Why it can't be asked now. */
  reason?: string | null;
  /** Id of what says so, where that is said for several. */
  reasonId?: string | undefined;
  busy?: boolean;
  /** At the press, before `run`. */
  onStart?: () => void;
  run: () => Promise<ActionResult<unknown>>;
  onDone?: () => void;
}

/** A button that asks before it acts. The browser's own dialog keeps the focus in it and gives it back. */
export function Ask({
  label,
  title = label,
  children,
  confirm,
  confirming,
  keep,
  look,
  small,
  danger,
  reason,
  reasonId,
  busy,
  onStart,
  run,
  onDone,
}: Props) {
  const t = useTranslations("common");
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [running, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const act = () => {
    onStart?.();
    start(async () => {
      const result = await run();
      setError(result.ok ? null : result.error);
      if (!result.ok) return;
      dialog.current?.close();
      onDone?.();
    });
  };
  return (
    <>
      <Button
        look={look}
        small={small}
        reason={reason}
        reasonId={reasonId}
        busy={busy}
        aria-label={title === label ? undefined : title}
        onClick={() => dialog.current?.showModal()}
      >
        {label}
      </Button>
      <dialog
        ref={dialog}
        aria-labelledby={id}
        onClose={() => setError(null)}
        className="m-auto w-[calc(100%-2rem)] max-w-md rounded-m border border-line bg-surface p-5 text-left text-ink shadow-float backdrop:bg-scrim"
      >
        <h2 id={id} className="text-l font-semibold">
          {title}
        </h2>
        <div className="mt-1.5 text-ink-2">{children}</div>
        {error ? (
          <div className="mt-3">
            <ErrorNotice error={error} />
          </div>
        ) : null}
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>{keep ?? t("cancel")}</Button>
          <Button look={danger ? "danger" : "primary"} busy={running} onClick={act}>
            {running ? (confirming ?? confirm) : confirm}
          </Button>
        </div>
      </dialog>
    </>
  );
}
