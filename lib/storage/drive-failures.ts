import type { Failure } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { REFUSAL } from "./drive-marks.ts";

/**
 * The known ways in which a step on a drive fails. `printed` holds, by the last part of the sentence's key, what tools
 * print then; the refusal with that very word is always one of them. The sentences are `KIND.drive.failed.KEY` and
 * `KIND.drive.failed.KEY-hint`. Earlier ones count first.
 */
export function driveFailures(
  kind: string,
  words: Record<string, string>,
  printed: Readonly<Record<string, readonly string[]>>,
): Failure[] {
  return Object.entries(printed).flatMap(([key, others]) =>
    [REFUSAL + key, ...others].map((match) => ({
      match,
      message: text(`${kind}.drive.failed.${key}`, words),
      hint: text(`${kind}.drive.failed.${key}-hint`, words),
    })),
  );
}
