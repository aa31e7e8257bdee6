import { type ErrorView, PanelError } from "../domain/errors.ts";
import type { NodeStep, Undo } from "../domain/plan.ts";
import { type JournalStep, type Settled, writeBegin, writeSettled } from "./journal.ts";
import { passes, resumeAttempt, runAttempt } from "./node-unit.ts";
import {
  asOpenEnd,
  exitError,
  isOpenEnd,
  proofError,
  supersededError,
  unknownError,
  unstartableError,
} from "./step-errors.ts";
import type { TaskContext } from "./task-context.ts";
import { readBootId, type UnitRecord } from "./unit.ts";

/** An undo whose end is not known is made again: it proves first that it may, or can't destroy anything. */
const MAX_ATTEMPTS = 5;

interface Undoing {
  context: TaskContext;
  step: NodeStep;
  undo: Undo;
  position: number;
  /** The step itself failed or was cut short: its effect may not be there at all. */
  partial: boolean;
}

/** Whether a row stands for something that its undo has to look after. */
export function needsUndo(step: NodeStep, row: JournalStep): boolean {
  if ("none" in step.undo) return false;
  if (row.state === "done" || row.state === "undoing") return true;
  return row.state === "failed" && (row.exitCode !== null || row.error?.code === "outcome-unknown");
}

/** Whether the step's effect is provably not there. */
async function isGone({ context, step }: Undoing): Promise<boolean> {
  return step.alreadyDone !== undefined && !(await passes(context, step.target, step.alreadyDone));
}

const left = (error: ErrorView, undoOutput: string | null): Settled => ({ state: "left", undoOutput, error });

/** What a record means for the undo; null when it has to be made again. */
async function judge(undoing: Undoing, record: UnitRecord, bootId: string | null): Promise<Settled | null> {
  const { context, step, undo, partial } = undoing;
  const target = context.nodes.target(step.target);
  const place = { target, command: undo.command };
  switch (record.state) {
    case "swept":
      return { state: "undone", undoOutput: "" };
    case "unstartable":
      return left(unstartableError(place, record.output), record.output);
    case "superseded":
      return left(supersededError(target, context, record.epoch), null);
    case "never":
      if (record.bootId === bootId) return null;
      return (await isGone(undoing)) ? { state: "undone" } : null;
    case "ended": {
      const { refused, exitCode, output } = record;
      if (!refused && exitCode === 0) return { state: "undone", undoOutput: output };
      if (!refused) return left(exitError(place, exitCode, output), output);
      // Nothing to prove where a step that failed has left nothing.
      if (partial && (await isGone(undoing))) return { state: "failed", undoOutput: output };
      const proof = undo.proof?.command ?? undo.command;
      return left(proofError({ target, command: proof }, exitCode, output), output);
    }
    default:
      return (await isGone(undoing)) ? { state: "undone" } : null;
  }
}

/** An undo that took the panel's way in away can't be asked any more; that it can't is the proof. */
function provenByRefusal({ step }: Undoing, error: PanelError, tried: boolean): boolean {
  return tried && step.access === true && error.view.code === "auth-failed";
}

async function attempts(undoing: Undoing, row: JournalStep): Promise<Settled> {
  const { context, step, undo, position } = undoing;
  let tried = row.state === "undoing";
  try {
    if (tried) {
      const record = await resumeAttempt(context, { step, position, way: "undo", attempt: row.attempt });
      const settled = await judge(undoing, record, row.bootId);
      if (settled) return settled;
    }
    for (const last = row.attempt + MAX_ATTEMPTS; row.attempt < last; ) {
      const attempt = row.attempt + 1;
      const bootId = await context.nodes.on(step.target, (connection) => readBootId(connection, context.lease.signal));
      const begin = { state: "undoing", attempt, bootId } as const;
      await writeBegin(context.lease, position, begin);
      Object.assign(row, begin);
      tried = true;
      const record = await runAttempt(context, { step, position, way: "undo", attempt });
      const settled = await judge(undoing, record, bootId);
      if (settled) return settled;
    }
    return left(unknownError({ target: context.nodes.target(step.target), command: undo.command }), null);
  } catch (error) {
    if (!(error instanceof PanelError)) throw error;
    if (provenByRefusal(undoing, error, tried)) return { state: "undone" };
    // What was begun and can't be asked for may still run there.
    return left(tried ? asOpenEnd(error.view) : error.view, null);
  }
}

/** What is left because its undo could not be made is no better known by that than the step itself was. */
function withOpenEnd(settled: Settled, row: JournalStep): Settled {
  const { state, error } = settled;
  return state === "left" && error && isOpenEnd(row.error) ? { ...settled, error: asOpenEnd(error) } : settled;
}

/** Undoes a step, or finishes the undo begun before, and writes the outcome to the journal. */
export async function undoNodeStep(context: TaskContext, step: NodeStep, row: JournalStep): Promise<Settled> {
  if ("none" in step.undo) throw new Error(`The step ${step.id} has no undo`);
  const { position } = row;
  const undoing: Undoing = { context, step, undo: step.undo, position, partial: row.error !== null };
  const settled = withOpenEnd(await attempts(undoing, row), row);
  await writeSettled(context.lease, position, settled);
  return settled;
}
