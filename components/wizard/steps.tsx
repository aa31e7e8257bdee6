"use client";
import { useTranslations } from "use-intl";
import { PlainButton } from "#components/ui/button.tsx";
import type { DraftData, DraftView } from "#lib/domain/dto.ts";
import { visible } from "#lib/domain/visible.ts";

export type StepName = DraftData["step"];

const STEPS: Record<DraftView["kind"], readonly StepName[]> = {
  cluster: ["name", "storages", "main", "nodes", "review"],
  join: ["nodes", "review"],
  storage: ["storages", "nodes", "review"],
};

/** The steps of a kind of draft, in order. */
export const stepsOf = (kind: DraftView["kind"]) => STEPS[kind];

/** Field paths that belong to a step. */
export const STEP_PATHS: Record<StepName, readonly string[]> = {
  name: ["name", "virtualization"],
  storages: ["storages", "imageDir", "shareDir"],
  main: ["mainKey"],
  nodes: [],
  review: [],
};

/** What is known of a step so far, in a few words. */
function useSummary(draft: DraftView, data: DraftData): Record<StepName, string> {
  const t = useTranslations("wizard");
  const kinds = useTranslations("common.virtualization");
  const typed = data.storages.filter((storage) => !draft.fixed.includes(storage.key));
  return {
    name: data.name ? `${visible(data.name)}, ${kinds(data.virtualization)}` : "",
    storages: typed.map((storage) => visible(storage.name) || "–").join(", "),
    main: visible(data.storages.find((storage) => storage.key === data.mainKey)?.name ?? ""),
    nodes: draft.nodes.length > 0 ? t("stepDone", { count: draft.nodes.length }) : "",
    review: t("stepReview"),
  };
}

interface Props {
  steps: readonly StepName[];
  current: StepName;
  draft: DraftView;
  data: DraftData;
  onGo: (step: StepName) => void;
}

/** Steps across the top: where one is, what each holds, and the way to any of them. */
export function Steps({ steps, current, draft, data, onGo }: Props) {
  const t = useTranslations("wizard");
  const summary = useSummary(draft, data);
  const at = steps.indexOf(current);
  return (
    <nav aria-label={t("steps")}>
      <ol className="flex gap-1.5">
        {steps.map((step, index) => (
          <li key={step} className="min-w-0 flex-1">
            <PlainButton
              aria-current={step === current ? "step" : undefined}
              onClick={() => onGo(step)}
              className={`block min-h-8 w-full border-t-[3px] pt-1.5 text-left ${index <= at ? "border-accent" : "border-line-strong"} ${step === current ? "" : "max-sm:sr-only"}`}
            >
              <span className={`block truncate ${step === current ? "font-semibold" : "font-medium text-ink-2"}`}>
                {t(`step.${step}`)}
              </span>
              <span className="block truncate text-s text-ink-2 max-sm:hidden">{summary[step] || "\u00a0"}</span>
            </PlainButton>
            {step === current ? null : (
              <span
                aria-hidden
                className={`block border-t-[3px] sm:hidden ${index <= at ? "border-accent" : "border-line-strong"}`}
              />
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
