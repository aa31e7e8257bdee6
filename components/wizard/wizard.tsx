"use client";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useConfirmation } from "#components/plan/use-confirmation.ts";
import { WaitNotice } from "#components/plan/wait-notice.tsx";
import { usePanel } from "#components/shell/panel-data.tsx";
import { useAddress } from "#components/shell/use-address.ts";
import { useText } from "#components/text/t.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { PageHead } from "#components/ui/layout.tsx";
import { ErrorNotice, Notice } from "#components/ui/notice.tsx";
import { confirmDraft } from "#lib/actions/drafts.ts";
import type { DraftView, StorageKindView } from "#lib/domain/dto.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { visible } from "#lib/domain/visible.ts";
import { DiscardDraft } from "./discard-draft.tsx";
import { MainStep } from "./main-step.tsx";
import { NameStep } from "./name-step.tsx";
import { NodesStep } from "./nodes-step.tsx";
import { PlanChanges } from "./plan-changes.tsx";
import { PlanPane } from "./plan-pane.tsx";
import { ReviewStep } from "./review-step.tsx";
import { STEP_PATHS, type StepName, Steps, stepsOf } from "./steps.tsx";
import { StoragesStep } from "./storages-step.tsx";
import { type DraftForm, useDraft } from "./use-draft.ts";
import { type Problems, useProblems } from "./use-problems.ts";

interface Props {
  initial: DraftView;
  kinds: StorageKindView[];
}

function SaveNote({ form }: { form: DraftForm }) {
  const t = useTranslations("wizard");
  if (form.saveState === "saved" || form.saveState === "saving") {
    return <span className="text-s text-ink-2">{form.saveState === "saving" ? t("saving") : t("saved")}</span>;
  }
  return null;
}

function SaveTrouble({ form }: { form: DraftForm }) {
  const t = useTranslations("wizard");
  if (form.saveState === "stale") {
    return (
      <Notice
        tone="warn"
        alert
        actions={
          <>
            <Button small onClick={() => void form.settle("theirs")}>
              {t("staleTheirs")}
            </Button>
            <Button small onClick={() => void form.settle("mine")}>
              {t("staleMine")}
            </Button>
          </>
        }
      >
        {t("stale")}
      </Notice>
    );
  }
  if (form.saveState !== "failed" || !form.saveError) return null;
  return <ErrorNotice error={form.saveError} retry={() => void form.flush()} />;
}

function StepBody({
  step,
  form,
  problems,
  kinds,
  onGo,
  onNext,
}: {
  step: StepName;
  form: DraftForm;
  problems: Problems;
  kinds: StorageKindView[];
  onGo: (step: StepName) => void;
  onNext: () => void;
}): ReactNode {
  switch (step) {
    case "name":
      return <NameStep form={form} problems={problems} onNext={onNext} />;
    case "storages":
      return <StoragesStep form={form} problems={problems} kinds={kinds} />;
    case "main":
      return <MainStep form={form} problems={problems} onGo={onGo} />;
    case "nodes":
      return <NodesStep form={form} />;
    case "review":
      return <ReviewStep form={form} />;
  }
}

/** Why the next step can't be taken yet; null when it can. */
function useReason(step: StepName, draft: DraftView): string | null {
  const t = useTranslations("wizard");
  const say = useText();
  if (step === "review") return draft.blockers[0] ? say(draft.blockers[0]) : null;
  if (step !== "nodes") return null;
  if (draft.nodes.length === 0) return draft.kind === "storage" ? null : t("nodes.noneYet");
  const open = draft.nodes.filter((node) => node.state !== "ready");
  if (open.length === 0) return null;
  const names = open.map((node) => visible(node.summary.hostname ?? node.address));
  return t("nodes.notReady", {
    nodes: names.slice(0, 3).join(", ") + (names.length > 3 ? " …" : ""),
    count: open.length,
  });
}

/** Confirms what is shown: leads to the task, or says what is different now. `isLast`: on the step that confirms. */
function useConfirm({ draft, leave }: DraftForm, isLast: boolean, onNameRefused: () => void) {
  const [confirmed, setConfirmed] = useState<Plan | null>(null);
  const confirmation = useConfirmation({
    shown: draft.digest,
    // Carried out, it is gone: that news comes here before the answer does, and what a transition sets comes after it.
    hold: leave,
    onRefused: ({ fields }) => {
      if (fields?.name) onNameRefused();
    },
  });
  const { waitsFor, stop } = confirmation;
  // Another step is there to type something else; and where another tab was quicker, the draft is carried out already.
  const isOff = waitsFor !== null && (!isLast || draft.taskId !== null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: stopped once
  useEffect(() => {
    if (isOff) stop();
  }, [isOff]);
  const confirm = () => {
    const digest = draft.digest ?? "";
    setConfirmed(draft.plan);
    confirmation.confirm({ digest, send: () => confirmDraft({ draftId: draft.id, digest }) });
  };
  return { ...confirmation, confirmed, confirm };
}

function DraftGone() {
  const t = useTranslations("wizard");
  const overview = useTranslations("common")("toOverview");
  return (
    <div className="p-4 sm:p-5">
      <PageHead title={t("gone")} below={t("goneHint")} />
      <LinkButton href="/">{overview}</LinkButton>
    </div>
  );
}

/** The wizard: what you type at the left, what will happen at the right; its step stands in the address. */
export function Wizard({ initial, kinds }: Props) {
  const t = useTranslations("wizard");
  const words = useTranslations("common");
  const form = useDraft(initial);
  const { draft, data } = form;
  const problems = useProblems(form);
  const [address, setAddress] = useAddress();
  const cluster = usePanel().clusters.find((each) => each.id === draft.clusterId);
  const steps = stepsOf(draft.kind);
  const step =
    steps.find((each) => each === address.get("step")) ??
    steps.find((each) => each === data.step) ??
    steps[0] ??
    "nodes";
  const at = steps.indexOf(step);
  const next = steps[at + 1];
  const before = steps[at - 1];
  const reason = useReason(step, draft);
  const heading = useRef<HTMLHeadingElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  const [refusals, setRefusals] = useState(0);

  const go = (to: StepName) => {
    moved.current = true;
    form.change({ step: to });
    void form.flush();
    setAddress({ step: to });
  };
  // Somebody else was quicker with this name: back to its field, where it says so.
  const confirmation = useConfirm(form, next === undefined, () => {
    problems.submit(STEP_PATHS.name);
    go("name");
  });
  const { busy, error, waitsFor, confirmed } = confirmation;
  const button = useRef<HTMLButtonElement>(null);
  const goNext = async () => {
    if (!next) return;
    problems.submit(STEP_PATHS[step]);
    const saved = await form.flush();
    if (!saved) return;
    const wrong = Object.keys(saved.problems).some((path) =>
      STEP_PATHS[step].some((prefix) => path === prefix || path.startsWith(`${prefix}.`)),
    );
    if (!wrong) return go(next);
    setRefusals((count) => count + 1);
  };
  // Where a step is refused, the first field that says so gets the focus.
  useEffect(() => {
    if (refusals > 0) body.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [refusals]);
  // A new step begins at its heading, for the eye and for the keyboard.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the step is what changes
  useEffect(() => {
    if (moved.current) heading.current?.focus();
  }, [step]);

  if (form.isGone) return <DraftGone />;
  const name = visible(cluster?.name ?? data.name);
  const { title, last } = {
    cluster: { title: t("title"), last: t("review.create") },
    join: { title: t("joinTitle", { cluster: name }), last: t("review.join", { count: draft.nodes.length }) },
    storage: {
      title: t("storageTitle", { cluster: name }),
      last: t("review.addStorage", { count: data.storages.length - draft.fixed.length }),
    },
  }[draft.kind];
  return (
    <div className="grid flex-1 lg:grid-cols-[minmax(0,1fr)_minmax(22rem,39%)]">
      <div className="flex min-w-0 flex-col p-4 max-lg:min-h-[calc(100dvh-2.75rem-var(--dock))] sm:p-5">
        <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
          <h1 className="text-xl font-semibold break-words">{title}</h1>
          <span className="flex items-center gap-3">
            <SaveNote form={form} />
            <DiscardDraft form={form} />
          </span>
        </div>
        <Steps steps={steps} current={step} draft={draft} data={data} onGo={go} />
        <h2 ref={heading} tabIndex={-1} className="mt-5 mb-3 text-l font-semibold outline-none">
          {t(`step.${step}`)}
        </h2>
        <div ref={body} className="flex-1 space-y-4 pb-6">
          <SaveTrouble form={form} />
          {waitsFor ? <WaitNotice task={waitsFor} onStop={confirmation.stop} next={button} /> : null}
          {error ? (
            <ErrorNotice error={error}>
              {confirmed && draft.plan ? <PlanChanges before={confirmed} after={draft.plan} /> : null}
            </ErrorNotice>
          ) : null}
          {draft.taskId ? (
            <Notice
              tone="busy"
              actions={
                <LinkButton small href={`/tasks/${draft.taskId}`}>
                  {t("running.open")}
                </LinkButton>
              }
            >
              {t("running.text")}
            </Notice>
          ) : null}
          <StepBody step={step} form={form} problems={problems} kinds={kinds} onGo={go} onNext={() => void goNext()} />
        </div>
        <div className="sticky bottom-(--dock) z-10 -mx-4 -mb-4 flex flex-wrap items-center justify-end gap-2 border-t border-line bg-ground px-4 py-3 sm:-mx-5 sm:-mb-5 sm:px-5">
          {before ? (
            <Button className="mr-auto" onClick={() => go(before)}>
              {t("back")}
            </Button>
          ) : null}
          {next ? (
            <Button look="primary" reason={reason} onClick={() => void goNext()}>
              {t("next", { step: t(`step.${next}`) })}
            </Button>
          ) : (
            <Button
              ref={button}
              look={waitsFor ? "quiet" : "primary"}
              reason={reason}
              busy={busy}
              onClick={confirmation.confirm}
            >
              {waitsFor ? words("plan.wait.button") : busy ? t("review.starting") : last}
            </Button>
          )}
        </div>
      </div>
      <div className="min-w-0 border-t border-line bg-sunken p-4 sm:p-5 lg:border-t-0 lg:border-l">
        <div className="lg:sticky lg:top-16 lg:max-h-[calc(100dvh-5.25rem-var(--dock))] lg:overflow-y-auto">
          <PlanPane draft={draft} />
        </div>
      </div>
    </div>
  );
}
