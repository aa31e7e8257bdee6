import { type Text, text } from "./text.ts";

export const ERROR_CODES = [
  "invalid-input",
  "not-signed-in",
  "not-allowed",
  "not-found",
  "already-exists",
  "conflict",
  "busy",
  "stale",
  "in-use",
  "not-empty",
  "not-owned",
  "not-supported",
  "no-space",
  "tool-missing",
  "unreachable",
  "host-key",
  "auth-failed",
  "timeout",
  "outcome-unknown",
  "command-failed",
  "internal",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** A task as others are told of it: the id leads to its page. */
export interface TaskRef {
  id: string;
  title: Text;
  /** Who started it. */
  actorName: string;
}

/** What a person sees of an error: a sentence, what to do, and for forms the sentence of each field. */
export interface ErrorView {
  code: ErrorCode;
  message: Text;
  hint?: Text;
  /** Field path (`storages.0.config.vmDir`) → sentence. */
  fields?: Record<string, Text>;
  /** Of `busy`: the open task that has what was asked for. The same may go well once that has ended. */
  waitFor?: TaskRef;
  command?: { node: string; command: string; exitCode: number | null; output: string };
  requestId?: string;
}

/** What was shown is not what would run now. */
export const stalePlanView = (): ErrorView => ({
  code: "stale",
  message: text("task.stale"),
  hint: text("task.stale-hint"),
});

/** An expected failure with words for a person; anything else is a defect and is shown as `internal` with the request id. */
export class PanelError extends Error {
  readonly view: ErrorView;
  constructor(view: ErrorView, options?: { cause?: unknown }) {
    super(`${view.code}: ${view.message.key} ${JSON.stringify(view.message.values ?? {})}`, options);
    this.name = "PanelError";
    this.view = view;
  }
}

/** Every server action answers with this; nothing is thrown across the wire. */
export type ActionResult<T> = { ok: true; value: T } | { ok: false; error: ErrorView };
