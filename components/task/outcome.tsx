"use client";
import { useTranslations } from "use-intl";
import { T, useText } from "#components/text/t.tsx";
import { Notice } from "#components/ui/notice.tsx";
import type { TaskView } from "#lib/domain/dto.ts";
import { visible } from "#lib/domain/visible.ts";
import { ReplanTask } from "./replan-task.tsx";

const FOLLOW = { undone: "undone", failed: "left", undoing: "undoing", cancelled: "cancelled" } as const;

/** What became of a task that did not go well: what happened, where, what was taken back, what to do now. */
export function Outcome({ task }: { task: TaskView }) {
  const t = useTranslations("pages.task");
  const say = useText();
  if (task.state === "done" || task.state === "running" || task.state === "queued") return null;
  // A step that failed is undone as well, where anything was to take back: what it failed with still stands there.
  const failed =
    task.steps.find((step) => step.state === "failed") ??
    task.steps.find((step) => step.state === "undone" && step.error !== null) ??
    task.steps.find((step) => step.error !== null);
  const step = failed && task.plan.steps[failed.position];
  const error = failed?.error ?? task.error;
  const bad = task.state === "failed";
  return (
    <Notice tone={bad ? "bad" : "warn"}>
      {failed && step ? (
        <p className="font-semibold">{t("failedStep", { number: failed.position + 1, title: say(step.title) })}</p>
      ) : null}
      {error ? (
        <p>
          {step?.host ? `${t("failedOn", { node: visible(step.host) })} ` : null}
          <T text={error.message} />
          {error.hint ? (
            <>
              {" "}
              <T text={error.hint} />
            </>
          ) : null}
        </p>
      ) : null}
      <p>{t(FOLLOW[task.state])}</p>
      {task.state === "undone" ? <p className="text-ink-2">{t("whatNowUndone")}</p> : null}
      {bad ? <p className="text-ink-2">{t("whatNowFailed")}</p> : null}
      <ReplanTask task={task} />
    </Notice>
  );
}
