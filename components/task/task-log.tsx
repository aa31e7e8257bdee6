"use client";
import { useEffect, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { TaskView } from "#lib/domain/dto.ts";
import { visibleOutput } from "#lib/domain/visible.ts";

/** How far from the end still counts as reading the end, in pixels. */
const AT_END = 24;

/** What the steps print, as it comes. It follows the end only while the reader is there. */
export function TaskLog({ log }: { log: TaskView["log"] }) {
  const t = useTranslations("pages.task");
  const format = useFormatter();
  const box = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the end
  useEffect(() => {
    if (atEnd && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [log.length, atEnd]);
  if (log.length === 0) return <p className="text-ink-2">{t("logNone")}</p>;
  return (
    <div
      ref={box}
      role="log"
      aria-live="off"
      aria-label={t("log")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: it }) => setAtEnd(it.scrollHeight - it.scrollTop - it.clientHeight < AT_END)}
      className="max-h-80 overflow-auto rounded-m border border-line bg-sunken px-2.5 py-2 font-mono text-s"
    >
      {log.map((entry) => (
        <div key={entry.id} className="flex gap-3">
          <span className="shrink-0 text-ink-3">
            {format.dateTime(new Date(entry.at), {
              hour: "2-digit",
              minute: "2-digit",
              second: "2-digit",
              hourCycle: "h23",
            })}
          </span>
          <span className="min-w-0 wrap-anywhere whitespace-pre-wrap">{visibleOutput(entry.line)}</span>
        </div>
      ))}
    </div>
  );
}
