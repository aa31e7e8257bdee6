"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { usePanel } from "#components/shell/panel-data.tsx";
import { T, useText } from "#components/text/t.tsx";
import { Clock } from "#components/text/time.tsx";
import { CopyButton } from "#components/ui/code.tsx";
import { Facts, PageHead, Pane, Section } from "#components/ui/layout.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { Status } from "#components/ui/status.tsx";
import type { TaskLogLine, TaskView } from "#lib/domain/dto.ts";
import { visible } from "#lib/domain/visible.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { isOpen, taskQuery } from "#lib/queries/tasks.ts";
import { CancelTask } from "./cancel-task.tsx";
import { Outcome } from "./outcome.tsx";
import { ReleaseHeld } from "./release-held.tsx";
import { StepRow } from "./step-row.tsx";
import { useKindWord } from "./task-filters.tsx";
import { TaskLog } from "./task-log.tsx";
import { TaskStatus } from "./task-status.tsx";
import { taskReport } from "./task-report.ts";
import { Took } from "./took.tsx";

function LeftBehind({ task }: { task: TaskView }) {
  const t = useTranslations("pages.task");
  const left = task.steps.filter((step) => step.state === "left").length;
  if (left > 0) return <Status tone="bad">{t("leftSteps", { count: left })}</Status>;
  return isOpen(task) ? (
    <span className="text-ink-2">{t("notYet")}</span>
  ) : (
    <Status tone="ok">{t("leftNothing")}</Status>
  );
}

function TaskFacts({ task, now }: { task: TaskView; now: number }) {
  const t = useTranslations("pages.task");
  return (
    <Pane>
      <Facts
        rows={[
          [
            t("task"),
            <span key="id" className="font-mono text-s break-all">
              {task.id}
            </span>,
          ],
          [t("kind"), useKindWord()(task.kind)],
          [t("created"), <Clock key="created" iso={task.createdAt} now={now} />],
          ...(task.startedAt ? [[t("started"), <Clock key="started" iso={task.startedAt} now={now} />] as const] : []),
          ...(task.endedAt ? [[t("ended"), <Clock key="ended" iso={task.endedAt} now={now} />] as const] : []),
          ...(task.state === "done" ? [] : [[t("leftBehind"), <LeftBehind key="left" task={task} />] as const]),
        ]}
      />
      {task.plan.notes.length > 0 ? (
        <ul className="space-y-1 border-t border-line px-3.5 py-3 text-s text-ink-2">
          {task.plan.notes.map((note) => (
            <li key={`${note.key}${JSON.stringify(note.values ?? {})}`}>
              <T text={note} />
            </li>
          ))}
        </ul>
      ) : null}
    </Pane>
  );
}

/** A task is its plan with each step's state, time, command, output and undo. */
export function TaskPage({ initial, log }: { initial: TaskView; log: TaskLogLine[] }) {
  const t = useTranslations("pages.task");
  const say = useText();
  // Of the first paint: what grows has a clock of its own, and hundreds of rows need not be drawn again for each figure.
  const [now] = useState(usePanel().sentAt);
  const {
    data: progress = initial,
    error,
    dataUpdatedAt,
    refetch,
  } = useQuery({
    ...taskQuery(initial.id),
    initialData: initial,
    // It may have ended while the page was on its way: nobody listened to that event.
    refetchOnMount: isOpen(initial) ? "always" : false,
  });
  const task: TaskView = { ...progress, plan: initial.plan };
  const states = new Map(task.steps.map((step) => [step.position, step]));
  return (
    <div className="p-4 sm:p-5">
      <PageHead
        title={<T text={task.title} />}
        beside={<TaskStatus state={task.state} soft />}
        below={
          <>
            {visible(task.actorName)} · <Clock iso={task.createdAt} now={now} /> ·{" "}
            <Took startedAt={task.startedAt} endedAt={task.endedAt} now={now} /> ·{" "}
            {t("progress", { done: task.stepsDone, total: task.stepsTotal })} ·{" "}
            <span className="font-mono text-s">{t("request", { id: task.requestId })}</span>
          </>
        }
        actions={
          <>
            <CopyButton small={false} value={async () => taskReport(task, say)} label={t("copyReport")} />
            <CancelTask task={task} />
          </>
        }
      />
      {error ? <ErrorNotice error={errorViewOf(error)} retry={() => void refetch()} /> : null}
      <div className="grid gap-x-5 gap-y-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <Outcome task={task} />
          <ReleaseHeld task={task} onDone={() => void refetch()} />
          <section aria-labelledby="task-steps" className="mt-4 first:mt-0">
            <h2 id="task-steps" className="mb-2 text-l font-semibold">
              {t("steps")}
            </h2>
            <Pane>
              <ol>
                {task.plan.steps.map((step, position) => (
                  <StepRow key={step.id} step={step} state={states.get(position)} now={now} />
                ))}
              </ol>
            </Pane>
          </section>
          <Section title={t("log")}>
            <TaskLog taskId={task.id} first={log} version={dataUpdatedAt} />
          </Section>
        </div>
        <div className="min-w-0">
          <h2 className="mb-2 text-l font-semibold">{t("facts")}</h2>
          <TaskFacts task={task} now={now} />
        </div>
      </div>
    </div>
  );
}
