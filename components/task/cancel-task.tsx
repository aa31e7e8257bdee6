"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Ask } from "#components/ui/ask.tsx";
import { cancelTaskAction } from "#lib/actions/tasks.ts";
import type { TaskView } from "#lib/domain/dto.ts";
import { isOpen } from "#lib/queries/tasks.ts";

/** Asks once, then cancels: what was done is undone. */
export function CancelTask({ task }: { task: TaskView }) {
  const t = useTranslations("pages.task");
  const [asked, setAsked] = useState(false);
  if (!isOpen(task)) return null;
  return (
    <Ask
      label={asked ? t("cancelling") : t("cancel")}
      confirm={t("cancelConfirm")}
      confirming={t("cancelling")}
      keep={t("cancelKeep")}
      danger
      busy={asked}
      reason={task.state === "undoing" ? t("cancelUndoing") : null}
      run={() => cancelTaskAction({ taskId: task.id })}
      onDone={() => setAsked(true)}
    >
      {t("cancelAsk")}
    </Ask>
  );
}
