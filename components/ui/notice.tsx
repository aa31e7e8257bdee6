"use client";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { T } from "#components/text/t.tsx";
import type { Tone } from "#lib/domain/badges.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import { Button } from "./button.tsx";
import { CommandOutput } from "./code.tsx";
import { ToneIcon, TONE_TEXT } from "./status.tsx";

const EDGE: Record<Tone, string> = {
  ok: "border-ok-mark bg-ok-soft",
  warn: "border-warn-mark bg-warn-soft",
  bad: "border-bad-mark bg-bad-soft",
  busy: "border-busy-mark bg-busy-soft",
  unknown: "border-line-strong bg-unknown-soft",
};

/** Something to read before going on. */
export function Notice({
  tone,
  children,
  actions,
  alert = false,
}: {
  tone: Tone;
  children: ReactNode;
  actions?: ReactNode;
  alert?: boolean;
}) {
  return (
    <div
      role={alert ? "alert" : undefined}
      className={`flex flex-wrap items-start gap-x-3 gap-y-2 rounded-m border border-l-[3px] px-3.5 py-3 ${EDGE[tone]}`}
    >
      <span className={`pt-0.5 ${TONE_TEXT[tone]}`}>
        <ToneIcon tone={tone} />
      </span>
      <div className="min-w-0 flex-1 basis-60">{children}</div>
      {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
    </div>
  );
}

/** An error in the server's words: what happened, what to do, the command behind it, the request to ask about. */
export function ErrorNotice({
  error,
  retry,
  children,
}: {
  error: ErrorView;
  /** What failed, once more. */
  retry?: (() => void) | undefined;
  /** More about it, below what to do. */
  children?: ReactNode;
}) {
  const t = useTranslations("common");
  const again = retry ? (
    <Button small onClick={retry}>
      {t("retry")}
    </Button>
  ) : null;
  return (
    <Notice tone="bad" alert actions={again}>
      <p className="font-semibold">
        <T text={error.message} />
      </p>
      {error.hint ? (
        <p className="text-ink-2">
          <T text={error.hint} />
        </p>
      ) : null}
      {children}
      {error.command ? (
        <div className="mt-2">
          <CommandOutput host={error.command.node} command={error.command.command} output={error.command.output} />
        </div>
      ) : null}
      {error.requestId ? <p className="mt-1 text-xs text-ink-3">{t("request", { id: error.requestId })}</p> : null}
    </Notice>
  );
}
