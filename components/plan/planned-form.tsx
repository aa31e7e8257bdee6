"use client";
import { type ReactNode, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { T, useText } from "#components/text/t.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { PageHead } from "#components/ui/layout.tsx";
import { ErrorNotice, Notice } from "#components/ui/notice.tsx";
import { PlanSkeleton } from "#components/ui/skeleton.tsx";
import { PlanPane } from "#components/wizard/plan-pane.tsx";
import type { ActionResult, ErrorView } from "#lib/domain/errors.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { PlannedView } from "#lib/domain/planned.ts";
import { visible } from "#lib/domain/visible.ts";
import { useConfirmation } from "./use-confirmation.ts";
import { WaitNotice } from "./wait-notice.tsx";

export interface PlanNow<View extends PlannedView = PlannedView> {
  view: View | null;
  /** The answer is for what is typed now. */
  isCurrent: boolean;
  error: ErrorView | null;
  /** Asks once more, after an error. */
  retry?: () => void;
  /**
   * Told when the plan is sent, and when it was refused. Meanwhile it is not asked for: what it is about may be gone
   * before the answer is there.
   */
  hold?: (isSent: boolean) => void;
  /** Asks for all of a plan of which the first part is shown. */
  whole?: () => Promise<Plan>;
}

interface Props {
  title: ReactNode;
  below: ReactNode;
  /** What is typed makes a request. */
  isReady: boolean;
  /** What the form lacks, where that can be said in a few words. */
  lacks?: string | null;
  plan: PlanNow;
  confirm: string;
  /** Starts what is shown. */
  onConfirm: (shown: { digest: string; typed: string }) => Promise<ActionResult<{ taskId: string }>>;
  danger?: boolean;
  /** Where "cancel" leads. */
  back: string;
  /** Goes on all the same: below what it overrides. */
  force?: ReactNode;
  children: ReactNode;
}

/** A form at the left, what would run at the right; what is confirmed is what is shown. */
export function PlannedForm({
  title,
  below,
  isReady,
  lacks,
  plan,
  confirm,
  onConfirm,
  danger = false,
  back,
  force,
  children,
}: Props) {
  const t = useTranslations("common.plan");
  const cancel = useTranslations("common")("cancel");
  const say = useText();
  const [typed, setTyped] = useState("");
  const { view, isCurrent } = plan;
  const confirmation = useConfirmation({ shown: view?.digest ?? null, hold: plan.hold });
  const { busy, error, waitsFor } = confirmation;
  const button = useRef<HTMLButtonElement>(null);
  const name = view?.confirmName ?? null;
  const moreBlockers = (view?.counts?.blockers ?? 0) - (view?.blockers.length ?? 0);
  const isTyped = name === null || typed === name;
  const reason = reasonOf();
  function reasonOf(): string | null {
    if (!view && plan.error) return t("failed");
    if (!isReady || Object.keys(view?.problems ?? {}).length > 0) return lacks ?? t("fillIn");
    if (view?.blockers[0]) return say(view.blockers[0]);
    if (!isCurrent || !view?.digest) return t(plan.error ? "failed" : "waiting");
    return isTyped ? null : t("typeName", { name: visible(name) });
  }
  const isMissing = !isCurrent && (isReady || plan.error !== null);
  const isWaiting = isMissing && !plan.error;
  const instead = isMissing ? t(plan.error ? "failed" : "waiting") : view?.blockers.length ? t("blocked") : null;
  const confirmShown = () => {
    const digest = view?.digest;
    if (!isReady || !digest) return;
    confirmation.confirm({ digest, send: () => onConfirm({ digest, typed }) });
  };
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={title} below={below} />
      <div className="grid gap-x-8 gap-y-6 lg:grid-cols-2">
        <form
          className="min-w-0 space-y-4"
          // Of every field in it.
          onChange={confirmation.change}
          onSubmit={(event) => {
            event.preventDefault();
            if (reason === null && !busy) confirmShown();
          }}
        >
          {children}
          {name === null ? null : (
            <TextField
              label={t("typeName", { name: visible(name) })}
              value={typed}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
          {view && view.blockers.length > 0 ? (
            <Notice tone="warn">
              <h2 className="font-semibold">{t("stands")}</h2>
              <ul className="mt-1 list-disc space-y-0.5 pl-5">
                {view.blockers.map((blocker) => (
                  <li key={`${blocker.key}${JSON.stringify(blocker.values ?? {})}`}>
                    <T text={blocker} />
                  </li>
                ))}
                {moreBlockers > 0 ? <li>{t("andMore", { count: moreBlockers })}</li> : null}
              </ul>
            </Notice>
          ) : null}
          {force}
          {waitsFor ? <WaitNotice task={waitsFor} onStop={confirmation.stop} next={button} /> : null}
          {error ? <ErrorNotice error={error} /> : null}
          {plan.error && !error ? <ErrorNotice error={plan.error} retry={plan.retry} /> : null}
          <div className="flex flex-wrap items-center justify-end gap-2">
            <LinkButton href={back}>{cancel}</LinkButton>
            <Button
              ref={button}
              type="submit"
              look={waitsFor ? "quiet" : danger ? "danger" : "primary"}
              reason={reason}
              apart
              busy={busy}
            >
              {waitsFor ? t("wait.button") : confirm}
            </Button>
          </div>
        </form>
        <div className="min-w-0" aria-busy={isWaiting}>
          <PlanPane
            draft={{ plan: view?.plan ?? null, nodes: [] }}
            counts={view?.counts}
            whole={plan.whole}
            instead={instead}
          />
          {isWaiting && !view?.plan ? <PlanSkeleton /> : null}
        </div>
      </div>
    </div>
  );
}
