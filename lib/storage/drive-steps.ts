import type { Check, NodeStep } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import type { DriveSpec } from "./contract.ts";
import { driveFailures } from "./drive-failures.ts";

/** What a look or a change takes at the most where the disk is busy, or LVM waits for its own lock. */
const CHECK_MS = 60_000;
const CHANGE_MS = 180_000;

/** A drive on a node; `words` are what sentences about it take. */
interface OnNode {
  drive: DriveSpec;
  target: string;
  words: Record<string, string>;
}

/** What is a step's own: no step on a drive does without any of it, and none is undone unproven. */
interface Own {
  alreadyDone: Check;
  precondition: Check;
  /** `title`: the last part of its sentence's key. Why there is none is said by the step's own with `-none` behind it. */
  undo: { title: string; argv: string[]; proof: Check } | "none";
  timeoutMs?: number;
}

export const driveCheck = (argv: string[]): Check => ({ command: { argv, timeoutMs: CHECK_MS } });

/** Builder of steps on drives of one kind: the sentence of a step is `KIND.drive.ID`. `printed`: see `driveFailures`. */
export function driveSteps(kind: string, printed: Readonly<Record<string, readonly string[]>>) {
  return ({ drive, target, words }: OnNode, id: string, argv: string[], own: Own): NodeStep => {
    const { undo, timeoutMs = CHANGE_MS, ...checks } = own;
    const said = (key: string) => text(`${kind}.drive.${key}`, words);
    return {
      ...{ kind: "node", id: `${drive.id}.${id}`, target, title: said(id), command: { argv, timeoutMs } },
      ...checks,
      undo:
        undo === "none"
          ? { none: text(`${kind}.drive.${id}-none`) }
          : { title: said(undo.title), command: { argv: undo.argv, timeoutMs: CHANGE_MS }, proof: undo.proof },
      failures: driveFailures(kind, words, printed),
    };
  };
}
