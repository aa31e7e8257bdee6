"use client";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import type { Plan, Step } from "#lib/domain/plan.ts";
import { visible } from "#lib/domain/visible.ts";

type Change = "gone" | "added" | "different";

/** Steps that one plan has and the other has not, or has otherwise; the panel's own steps follow from the others. */
function changesOf(before: Plan, after: Plan): { change: Change; step: Step; plan: Plan }[] {
  const old = new Map(before.steps.map((step) => [step.id, step]));
  const now = new Map(after.steps.map((step) => [step.id, step]));
  const all = [
    ...before.steps
      .filter((step) => !now.has(step.id))
      .map((step) => ({ change: "gone", step, plan: before }) as const),
    ...after.steps.flatMap((step) => {
      const was = old.get(step.id);
      if (was && JSON.stringify(was) === JSON.stringify(step)) return [];
      return [{ change: was ? "different" : "added", step, plan: after } as const];
    }),
  ];
  const onNodes = all.filter(({ step }) => step.kind === "node");
  return onNodes.length > 0 ? onNodes : all;
}

/** What is different between the plan that was confirmed and the one that the machines call for now. */
export function PlanChanges({ before, after }: { before: Plan; after: Plan }) {
  const t = useTranslations("wizard.review.change");
  const say = useText();
  const changes = changesOf(before, after);
  if (changes.length === 0) return null;
  return (
    <ul className="mt-1 list-disc space-y-0.5 pl-5">
      {changes.map(({ change, step, plan }) => {
        const label = step.kind === "node" ? plan.targets.find((each) => each.key === step.target)?.label : null;
        return (
          <li key={`${change}${step.id}`} className="break-words">
            {t(change)} {say(step.title)}
            {label ? ` · ${visible(label)}` : ""}
          </li>
        );
      })}
    </ul>
  );
}
