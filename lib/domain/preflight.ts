import type { Text } from "./text.ts";

export type PreflightState = "pass" | "warning" | "fail";

/** A way out that an administrator can pick for a failed row; the choice's key and value come back with the next look. */
export interface PreflightChoice {
  key: string;
  value: string;
  label: Text;
}

/** One requirement, looked at (P02). */
export interface PreflightRow {
  id: string;
  state: PreflightState;
  title: Text;
  detail?: Text;
  /** What to do about a warning or a failure. */
  advice?: Text;
  /** The command behind the row and what it printed, for a person who doubts it. */
  command?: string;
  output?: string;
  choices?: PreflightChoice[];
}

/** Rows of one subject: the machine itself (`storageKey` null), or one storage of the draft. */
export interface PreflightGroup {
  storageKey: string | null;
  rows: PreflightRow[];
  /** False while rows still arrive. */
  complete: boolean;
}
