"use client";
import { ChevronDown, CircleDashed, CircleSlash, type LucideIcon, Undo2 } from "lucide-react";
import { memo, useState } from "react";
import { useTranslations } from "use-intl";
import { PlainButton } from "#components/ui/button.tsx";
import { T, useText } from "#components/text/t.tsx";
import { CommandOutput } from "#components/ui/code.tsx";
import { TONE_TEXT, ToneIcon } from "#components/ui/status.tsx";
import { STEP_TONE } from "#lib/domain/badges.ts";
import type { PlanStepView, TaskStepView } from "#lib/domain/dto.ts";
import type { StepState } from "#lib/domain/plan.ts";
import { visible, visibleOutput } from "#lib/domain/visible.ts";
import { Took } from "./took.tsx";

const ICON: Partial<Record<StepState, LucideIcon>> = {
  pending: CircleDashed,
  skipped: CircleSlash,
  undone: Undo2,
  undoing: Undo2,
};

/** Their end is the undo's: how long the step itself took is not known any more. */
const UNDOING: readonly StepState[] = ["undoing", "undone", "left"];

function UndoLine({ undo }: Pick<PlanStepView, "undo">) {
  const t = useTranslations("pages.task");
  if ("none" in undo) {
    return (
      <p className="text-s text-ink-2">
        {t("noUndo")}: <T text={undo.none} />
      </p>
    );
  }
  return (
    <p className="text-s text-ink-2">
      {t("undo")}: <T text={undo.title} />
      {undo.command === null ? null : (
        <code className="block font-mono break-all whitespace-pre-wrap">{visibleOutput(undo.command)}</code>
      )}
    </p>
  );
}

function StepBody({ step, state }: Pick<Props, "step" | "state">) {
  const t = useTranslations("pages.task");
  return (
    <div className="space-y-2 pr-3.5 pb-3 pl-10">
      {state?.error ? (
        <p className="font-medium text-bad">
          <T text={state.error.message} />
        </p>
      ) : null}
      {step.command === null ? null : (
        <CommandOutput host={visible(step.host ?? "")} command={step.command} output={state?.output} tall />
      )}
      <UndoLine undo={step.undo} />
      {state?.undoOutput ? (
        <>
          <p className="text-s text-ink-2">{t("undoOutput")}</p>
          <CommandOutput command={"none" in step.undo ? "" : (step.undo.command ?? "")} output={state.undoOutput} />
        </>
      ) : null}
    </div>
  );
}

interface Props {
  step: PlanStepView;
  state: TaskStepView | undefined;
  now: number;
}

/** One step of a task: its state, where, how long; opens to its command, output and undo. What failed is open from the start. */
export const StepRow = memo(function StepRow({ step, state, now }: Props) {
  const t = useTranslations("pages.task");
  const words = useTranslations("common.step");
  const say = useText();
  const word = state?.state ?? "pending";
  // A step that failed is undone as well: that it failed, and with what, is what people look for.
  const hasFailed = word === "failed" || (word !== "left" && (state?.error ?? null) !== null);
  const trouble = hasFailed || word === "left";
  const tone = hasFailed ? "bad" : STEP_TONE[word];
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? trouble;
  const quiet = word === "pending" || word === "skipped";
  return (
    <li className="border-line not-first:border-t">
      <PlainButton
        aria-expanded={open}
        onClick={() => setChosen(!open)}
        className="flex min-h-9 w-full flex-wrap items-center gap-x-3 gap-y-0.5 px-3.5 py-1.5 text-left hover:bg-sunken"
      >
        <span className={TONE_TEXT[tone]}>
          <ToneIcon tone={tone} icon={hasFailed ? undefined : ICON[word]} />
        </span>
        <span className="min-w-0 flex-1 basis-56 break-words">
          <span className={trouble ? "font-semibold" : quiet ? "text-ink-2" : ""}>{say(step.title)}</span>{" "}
          <span className={`text-s ${trouble ? "text-bad" : "text-ink-2"}`}>
            {[
              hasFailed ? words("failed") : words(word),
              ...(hasFailed && state?.exitCode ? [t("exit", { code: state.exitCode })] : []),
              ...(hasFailed && word !== "failed" ? [words(word)] : []),
            ].join(", ")}
          </span>
        </span>
        <span className="font-mono text-s break-all text-ink-2 max-sm:pl-7">
          {step.host === null ? t("panel") : visible(step.host)}
        </span>
        <span className="w-20 text-right text-s text-ink-2 max-sm:ml-auto">
          {state?.startedAt && !UNDOING.includes(word) ? (
            <Took startedAt={state.startedAt} endedAt={state.endedAt} now={now} />
          ) : null}
        </span>
        <ChevronDown aria-hidden size={14} className={`shrink-0 text-ink-3 ${open ? "rotate-180" : ""}`} />
      </PlainButton>
      {open ? <StepBody step={step} state={state} /> : null}
    </li>
  );
});
