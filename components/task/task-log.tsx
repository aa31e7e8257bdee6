"use client";
import { memo, useLayoutEffect, useRef } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { Button } from "#components/ui/button.tsx";
import { ErrorNotice } from "#components/ui/notice.tsx";
import type { TaskLogLine } from "#lib/domain/dto.ts";
import { visibleOutput } from "#lib/domain/visible.ts";
import { useTaskLog } from "./use-task-log.ts";

/** How far from the end still counts as reading the end, in pixels. */
const AT_END = 24;

interface Props {
  taskId: string;
  first: TaskLogLine[];
  /** Changes when there may be more. */
  version: number;
}

const Line = memo(function Line({ entry }: { entry: TaskLogLine }) {
  const format = useFormatter();
  const time = format.dateTime(new Date(entry.at), {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  return (
    <div className="flex gap-3" data-line={entry.id}>
      <time dateTime={entry.at} className="shrink-0 text-ink-3">
        {time}
      </time>
      <span className="min-w-0 wrap-anywhere whitespace-pre-wrap">{visibleOutput(entry.line)}</span>
    </div>
  );
});

/** What the steps print, as it comes. It follows the end only while the reader is there; earlier lines come when asked for. */
export function TaskLog({ taskId, first, version }: Props) {
  const t = useTranslations("pages.task");
  const log = useTaskLog(taskId, first, version);
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const last = useRef({ first: log.lines[0]?.id, height: 0 });
  useLayoutEffect(() => {
    const it = box.current;
    if (!it) return;
    if (isAtEnd.current) it.scrollTop = it.scrollHeight;
    // Earlier lines came in above: what was being read stays where it is.
    else if (last.current.first !== log.lines[0]?.id) it.scrollTop += it.scrollHeight - last.current.height;
    last.current = { first: log.lines[0]?.id, height: it.scrollHeight };
  }, [log.lines]);
  return (
    <div className="space-y-2">
      {log.error ? <ErrorNotice error={log.error} retry={() => void log.tail()} /> : null}
      {log.hasEarlier ? (
        <Button small busy={log.busy} onClick={() => void log.earlier()}>
          {t("logOlder")}
        </Button>
      ) : null}
      {log.lines.length === 0 ? <p className="text-ink-2">{t("logNone")}</p> : null}
      <div
        ref={box}
        role="log"
        aria-live="off"
        aria-label={t("log")}
        hidden={log.lines.length === 0}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: it }) => {
          isAtEnd.current = it.scrollHeight - it.scrollTop - it.clientHeight < AT_END;
        }}
        className="max-h-80 overflow-auto rounded-m border border-line bg-sunken px-2.5 py-2 font-mono text-s [overflow-anchor:none]"
      >
        {log.lines.map((entry) => (
          <Line key={entry.id} entry={entry} />
        ))}
      </div>
      {log.hasLater ? (
        <Button
          small
          busy={log.busy}
          onClick={() => {
            isAtEnd.current = true;
            void log.toEnd();
          }}
        >
          {t("logEnd")}
        </Button>
      ) : null}
    </div>
  );
}
