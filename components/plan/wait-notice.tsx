"use client";
import { SquareArrowOutUpRight } from "lucide-react";
import Link from "next/link";
import { type RefObject, useLayoutEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { useText } from "#components/text/t.tsx";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import type { TaskRef } from "#lib/domain/errors.ts";
import { visible } from "#lib/domain/visible.ts";

interface Props {
  task: TaskRef;
  onStop: () => void;
  /** What has the focus once this is gone, where it was in here. */
  next: RefObject<HTMLElement | null>;
}

/** Whose task a confirmed plan waits for, and the way out. */
export function WaitNotice({ task, onStop, next }: Props) {
  const t = useTranslations("common.plan.wait");
  const say = useText();
  const own = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const notice = own.current;
    return () => {
      if (notice?.contains(document.activeElement)) next.current?.focus();
    };
  }, [next]);
  // Its page opens beside this one: waiting ends where this one is left.
  const link = () => (
    <Link prefetch={false} href={`/tasks/${task.id}`} target="_blank" className="break-words underline">
      {say(task.title)}
      <SquareArrowOutUpRight aria-hidden size={13} className="ml-1 inline" />
      <span className="sr-only"> {t("newTab")}</span>
    </Link>
  );
  return (
    <div ref={own}>
      <Notice
        tone="busy"
        actions={
          <Button small onClick={onStop}>
            {t("stop")}
          </Button>
        }
      >
        <p className="font-semibold">{t.rich("for", { task: link, who: visible(task.actorName) })}</p>
        <p className="text-ink-2">{t("about")}</p>
      </Notice>
    </div>
  );
}
