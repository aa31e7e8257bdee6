"use client";
import { Cog, Server } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { T, useText } from "#components/text/t.tsx";
import { Button, PlainButton } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/code.tsx";
import { Status } from "#components/ui/status.tsx";
import type { DraftView } from "#lib/domain/dto.ts";
import type { Plan, Step } from "#lib/domain/plan.ts";
import type { PlanCounts } from "#lib/domain/planned.ts";
import { renderCommand } from "#lib/domain/render-command.ts";
import { visible, visibleOutput } from "#lib/domain/visible.ts";
import { type PlanPart, partName, planParts, planText } from "./plan-text.ts";

/** So many steps of a machine are shown before "more", when there are several machines. */
const FIRST = 8;

/** Longer than this a command is folded; nothing of it is ever left out of the copy. */
const SHORT_LINES = 3;
const SHORT_CHARACTERS = 180;

const isLong = (command: string) => command.length > SHORT_CHARACTERS || command.split("\n").length > SHORT_LINES;

function Command({ command, whole }: { command: string; whole: boolean }) {
  const shape = whole ? "whitespace-pre-wrap" : "line-clamp-2";
  return (
    <code className={`font-mono text-s wrap-anywhere ${whole ? "block" : ""} ${shape}`}>{visibleOutput(command)}</code>
  );
}

function UndoLine({ step, whole }: { step: Step; whole: boolean }) {
  const t = useTranslations("wizard.plan");
  const command = "command" in step.undo ? renderCommand(step.undo.command) : null;
  return (
    <div className="text-s break-words text-ink-2">
      <span className="font-medium">{"none" in step.undo ? t("noUndo") : t("undo")}</span>{" "}
      <T text={"none" in step.undo ? step.undo.none : step.undo.title} />
      {command !== null && (whole || !isLong(command)) ? <Command command={command} whole /> : null}
    </div>
  );
}

function StepLine({ step, number }: { step: Step; number: number }) {
  const t = useTranslations("wizard.plan");
  const say = useText();
  const [whole, setWhole] = useState(false);
  const command = step.kind === "node" ? renderCommand(step.command) : null;
  const undo = "command" in step.undo ? renderCommand(step.undo.command) : "";
  const folds = (command !== null && isLong(command)) || isLong(undo);
  return (
    <li className="grid grid-cols-[1.75rem_minmax(0,1fr)] border-t border-line py-2">
      <span className="text-ink-2">{number}</span>
      <div className="min-w-0">
        <div className="flex items-start justify-between gap-3">
          <p className="min-w-0 break-words">{say(step.title)}</p>
          {folds ? (
            <PlainButton
              aria-expanded={whole}
              aria-label={`${whole ? t("shortCommand") : t("wholeCommand")}: ${say(step.title)}`}
              onClick={() => setWhole(!whole)}
              className="-my-0.5 min-h-6 shrink-0 text-s text-ink-2 underline"
            >
              {whole ? t("shortCommand") : t("wholeCommand")}
            </PlainButton>
          ) : null}
        </div>
        {command === null ? null : <Command command={command} whole={whole || !isLong(command)} />}
        <UndoLine step={step} whole={whole} />
      </div>
    </li>
  );
}

/** `count`: how many steps it has, where these are only the first. */
function Part({ part, count, waits, fold }: { part: PlanPart; count: number; waits: boolean; fold: boolean }) {
  const t = useTranslations("wizard.plan");
  const [all, setAll] = useState(false);
  const name = visible(partName(part, { eachNode: t("eachNode"), panel: t("panel") }));
  const shown = fold && !all ? part.steps.slice(0, FIRST) : part.steps;
  const hidden = part.steps.length - shown.length;
  const Icon = part.isPanel ? Cog : Server;
  return (
    <div className="mt-5">
      <h3 className="flex flex-wrap items-center gap-x-2 pb-1.5">
        <Icon aria-hidden size={15} className="shrink-0 text-ink-2" />
        <span className="min-w-0 font-semibold break-all">{name}</span>
        <span className="text-ink-2">{t("steps", { count })}</span>
        {waits ? <Status tone="warn">{t("waits")}</Status> : null}
      </h3>
      <ol>
        {shown.map((step, index) => (
          <StepLine key={step.id} step={step} number={index + 1} />
        ))}
      </ol>
      {hidden > 0 || all ? (
        <Button small look="quiet" onClick={() => setAll(!all)} className="-ml-3">
          {all ? t("less") : t("more", { count: hidden })}
        </Button>
      ) : null}
      {count > part.steps.length ? (
        <p className="text-ink-2">{t("moreSteps", { count: count - part.steps.length })}</p>
      ) : null}
    </div>
  );
}

/** A machine of which nothing can be planned before somebody settles something. */
function Waiting({ name }: { name: string }) {
  const t = useTranslations("wizard.plan");
  return (
    <h3 className="mt-5 flex flex-wrap items-center gap-x-2">
      <Server aria-hidden size={15} className="shrink-0 text-ink-2" />
      <span className="min-w-0 font-semibold break-all">{name}</span>
      <Status tone="warn">{t("waits")}</Status>
    </h3>
  );
}

/**
 * What will happen: per machine the exact commands in order, each with what undoes it. Changes as the form changes.
 * `instead`: said in place of the summary, so that nothing moves, while what is shown is not for what is typed.
 */
export function PlanPane({
  draft,
  instead = null,
  counts,
  whole,
}: {
  draft: Pick<DraftView, "plan" | "nodes">;
  instead?: string | null;
  /** How much there is, where the plan is only the first of it, and what asks for all of it. */
  counts?: PlanCounts | undefined;
  whole?: (() => Promise<Plan>) | undefined;
}) {
  const t = useTranslations("wizard.plan");
  const common = useTranslations("common.plan");
  const say = useText();
  const { plan } = draft;
  const parts = plan ? planParts(plan) : [];
  const machines = parts.filter((part) => part.target?.address).length;
  const moreNodes = (counts?.nodes ?? machines) - machines;
  const moreNotes = (counts?.notes ?? 0) - (plan?.notes.length ?? 0);
  const words = { say, eachNode: t("eachNode"), panel: t("panel"), undo: t("undo"), noUndo: t("noUndo") };
  const asText = (all: Plan) => planText(all, words);
  const waiting = new Set(draft.nodes.filter((node) => node.state !== "ready").map((node) => node.key));
  const unplanned = draft.nodes.filter(
    (node) => ["confirm-key", "blocked", "failed"].includes(node.state) && !parts.some((part) => part.key === node.key),
  );
  return (
    <section aria-labelledby="plan">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div>
          <h2 id="plan" className="text-l font-semibold">
            {t("heading")}
          </h2>
          <p className="text-ink-2">
            {instead ??
              (plan && plan.steps.length > 0
                ? `${t("nothingRuns")} ${t("summary", { steps: counts?.steps ?? plan.steps.length, nodes: counts?.nodes ?? machines })}`
                : t("nothingYet"))}
          </p>
        </div>
        {plan && plan.steps.length > 0 ? (
          <CopyButton value={counts && whole ? () => whole().then(asText) : asText(plan)} label={t("copy")} />
        ) : null}
      </div>
      {unplanned.map((node) => (
        <Waiting key={node.key} name={visible(node.address)} />
      ))}
      {parts.map((part) => (
        <Part
          key={part.key}
          part={part}
          count={(part.isPanel && counts?.panelSteps) || part.steps.length}
          waits={waiting.has(part.key)}
          fold={machines > 1 && part.steps.length > FIRST + 2}
        />
      ))}
      {moreNodes > 0 ? <p className="mt-5 text-ink-2">{t("moreNodes", { count: moreNodes })}</p> : null}
      {plan && plan.notes.length > 0 ? (
        <div className="mt-5">
          <h3 className="font-semibold">{t("notes")}</h3>
          <ul className="mt-1 list-disc space-y-1 pl-5 text-ink-2">
            {plan.notes.map((note) => (
              <li key={`${note.key}${JSON.stringify(note.values ?? {})}`}>
                <T text={note} />
              </li>
            ))}
            {moreNotes > 0 ? <li>{common("andMore", { count: moreNotes })}</li> : null}
          </ul>
        </div>
      ) : null}
    </section>
  );
}
