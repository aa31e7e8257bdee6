"use client";
import { useTicking } from "#components/text/time.tsx";
import type { TaskRow } from "#lib/domain/dto.ts";
import { formatDuration, formatSpan, UNKNOWN } from "#lib/domain/units.ts";

/** How long a task or step took, or how long it has been running. */
export function Took({ startedAt, endedAt, now }: Pick<TaskRow, "startedAt" | "endedAt"> & { now: number }) {
  const from = startedAt ? Date.parse(startedAt) : null;
  const to = endedAt ? Date.parse(endedAt) : null;
  const read = (current: number) =>
    from === null ? UNKNOWN : to === null ? formatSpan(current - from) : formatDuration(to - from);
  return <span className="whitespace-nowrap">{useTicking(read, read(now))}</span>;
}
