"use client";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { T, useText } from "#components/text/t.tsx";
import { ProgressBar } from "#components/ui/capacity-bar.tsx";
import { ToneIcon, TONE_TEXT } from "#components/ui/status.tsx";
import { TASK_TONE } from "#lib/domain/badges.ts";
import type { TaskRow } from "#lib/domain/dto.ts";
import { isOpen } from "#lib/queries/tasks.ts";
import { useTasks } from "./panel-data.tsx";

function DockTask({ task }: { task: TaskRow }) {
  const t = useTranslations("pages.shell");
  const say = useText();
  return (
    <Link
      prefetch={false}
      href={`/tasks/${task.id}`}
      className="flex min-h-8 min-w-0 items-center gap-2.5 no-underline hover:underline"
    >
      <span className={TONE_TEXT[TASK_TONE[task.state]]}>
        <ToneIcon tone={task.state === "queued" ? "unknown" : "busy"} />
      </span>
      <span className="truncate font-medium">
        <T text={task.title} />
      </span>
      <ProgressBar
        done={task.stepsDone}
        total={task.stepsTotal}
        label={t("dockProgress", { done: task.stepsDone, total: task.stepsTotal })}
      />
      <span className="hidden truncate text-ink-2 lg:inline">
        {t("dockStep", { done: Math.min(task.stepsDone + 1, task.stepsTotal), total: task.stepsTotal })}
        {task.current ? ` · ${say(task.current)}` : ""}
      </span>
    </Link>
  );
}

/** Tasks that run now, in view on every page. Its height is told to the page, so that nothing with the focus hides under it. */
export function TaskDock() {
  const t = useTranslations("pages.shell");
  const open = useTasks().filter(isOpen);
  const ref = useRef<HTMLElement>(null);
  const shown = open.length > 0;
  useEffect(() => {
    const height = shown ? (ref.current?.offsetHeight ?? 0) : 0;
    document.documentElement.style.setProperty("--dock", `${height}px`);
  }, [shown]);
  if (!shown) return null;
  return (
    <aside
      ref={ref}
      aria-label={t("dock")}
      className="sticky bottom-0 z-20 mt-auto flex min-h-10 items-center gap-x-6 border-t border-line bg-surface px-4 sm:px-5"
    >
      <ul className="hidden min-w-0 flex-1 gap-x-6 sm:flex">
        {open.slice(0, 2).map((task) => (
          <li key={task.id} className="min-w-0">
            <DockTask task={task} />
          </li>
        ))}
      </ul>
      <Link
        prefetch={false}
        href="/tasks?show=open"
        className="flex min-h-8 shrink-0 items-center gap-2 text-ink-2 no-underline hover:underline"
      >
        <span className="text-busy sm:hidden">
          <ToneIcon tone="busy" />
        </span>
        {t("dockRunning", { count: open.length })}
        <span className="hidden sm:inline">· {t("dockAll")}</span>
      </Link>
    </aside>
  );
}
