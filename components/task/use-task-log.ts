"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import { LOG_FIRST, LOG_PART, type TaskLogLine } from "#lib/domain/dto.ts";
import type { ErrorView } from "#lib/domain/errors.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { fetchTaskLog, joinLog } from "#lib/queries/tasks.ts";

interface LogState {
  lines: TaskLogLine[];
  /** There are earlier lines than the first one here. */
  hasEarlier: boolean;
  /** There are later lines than the last one here: the reader went back far. */
  hasLater: boolean;
}

const begin = (lines: TaskLogLine[], asked: number): LogState => ({
  lines,
  hasEarlier: lines.length === asked,
  hasLater: false,
});

/**
 * A task's log as it grows. It is asked for what comes after the last known line each time `version` changes, and never
 * for what is here already, so that a long log is no more work than a short one.
 */
export function useTaskLog(taskId: string, first: TaskLogLine[], version: number) {
  const [log, setLog] = useState(() => begin(first, LOG_FIRST));
  const [error, setError] = useState<ErrorView | null>(null);
  const [busy, setBusy] = useState(false);
  const latest = useRef(log);
  latest.current = log;
  const tailing = useRef({ running: false, again: false });

  const put = useCallback((next: LogState) => {
    latest.current = next;
    setLog(next);
    setError(null);
  }, []);

  const tail = useCallback(async () => {
    const it = tailing.current;
    if (it.running) {
      it.again = true;
      return;
    }
    it.running = true;
    try {
      for (let more = true; more; ) {
        it.again = false;
        const { lines, hasEarlier, hasLater } = latest.current;
        if (hasLater) return;
        const part = await fetchTaskLog(taskId, { after: lines.at(-1)?.id ?? 0 });
        const joined = joinLog(latest.current.lines, part, "end");
        const cut = joined[0]?.id !== lines[0]?.id && lines.length > 0;
        if (part.length > 0) put({ lines: joined, hasEarlier: hasEarlier || cut, hasLater: false });
        more = part.length === LOG_PART || it.again;
      }
      setError(null);
    } catch (failed) {
      setError(errorViewOf(failed));
    } finally {
      it.running = false;
    }
  }, [taskId, put]);

  const seen = useRef(version);
  useEffect(() => {
    if (seen.current === version) return;
    seen.current = version;
    void tail();
  }, [version, tail]);

  const load = async (work: () => Promise<void>) => {
    setBusy(true);
    await work().catch((failed: unknown) => setError(errorViewOf(failed)));
    setBusy(false);
  };
  const earlier = () =>
    load(async () => {
      const { lines, hasLater } = latest.current;
      const part = await fetchTaskLog(taskId, { before: lines[0]?.id ?? 0 });
      const joined = joinLog(part, latest.current.lines, "start");
      const cut = joined.at(-1)?.id !== latest.current.lines.at(-1)?.id;
      put({ lines: joined, hasEarlier: part.length === LOG_PART, hasLater: hasLater || cut });
    });
  const toEnd = () => load(async () => put(begin(await fetchTaskLog(taskId), LOG_PART)));
  return { ...log, busy, error, earlier, toEnd, tail };
}
