"use client";
import { RotateCcw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useId, useState, useTransition } from "react";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import { replanTaskAction } from "#lib/actions/tasks.ts";
import type { TaskView } from "#lib/domain/dto.ts";
import type { ErrorView } from "#lib/domain/errors.ts";

/** Goes back to the form with what was typed: planned from how things are now, never the old steps again. */
export function ReplanTask({ task }: { task: TaskView }) {
  const t = useTranslations("pages.task");
  const router = useRouter();
  const id = useId();
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  if (!task.canReplan) return null;
  const open = () =>
    start(async () => {
      const result = await replanTaskAction({ taskId: task.id });
      if (result.ok) router.push(result.value.href);
      else setError(result.error);
    });
  return (
    <div className="mt-3 space-y-2">
      {error ? <ErrorNotice error={error} /> : null}
      <p id={id} className="text-ink-2">
        {t("replanHint")}
      </p>
      <Button
        look="primary"
        busy={busy}
        onClick={open}
        aria-describedby={id}
        icon={<RotateCcw aria-hidden size={14} />}
      >
        {busy ? t("replanning") : t("replan")}
      </Button>
    </div>
  );
}
