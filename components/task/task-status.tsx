"use client";
import { Ban, Clock3, Undo2 } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { useTranslations } from "use-intl";
import { Status } from "#components/ui/status.tsx";
import { TASK_TONE } from "#lib/domain/badges.ts";
import type { TaskState } from "#lib/domain/plan.ts";

const ICON: Partial<Record<TaskState, LucideIcon>> = { queued: Clock3, undoing: Undo2, cancelled: Ban };

export function TaskStatus({ state, soft = false }: { state: TaskState; soft?: boolean }) {
  const t = useTranslations("common.task");
  return (
    <Status tone={TASK_TONE[state]} icon={ICON[state]} soft={soft}>
      {t(state)}
    </Status>
  );
}
