"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Ask } from "#components/ui/ask.tsx";
import { TextField } from "#components/ui/field.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { releaseHeldAction } from "#lib/actions/tasks.ts";
import type { TaskView } from "#lib/domain/dto.ts";
import { visible } from "#lib/domain/visible.ts";

/** What waits for a node that can't be asked, and the way out: an administrator's word that it is off. */
export function ReleaseHeld({ task, onDone }: { task: TaskView; onDone: () => void }) {
  const t = useTranslations("pages.task");
  const [typed, setTyped] = useState("");
  if (task.heldFor === null) return null;
  const node = visible(task.heldFor);
  return (
    <Notice tone="warn">
      <p>{t("held", { node })}</p>
      <Ask
        label={t("release")}
        confirm={t("releaseConfirm")}
        small
        danger
        run={() => releaseHeldAction({ taskId: task.id, typed })}
        onDone={onDone}
      >
        <p className="mb-3">{t("releaseAsk", { node })}</p>
        <TextField
          label={t("releaseType", { node })}
          name="typed"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </Ask>
    </Notice>
  );
}
