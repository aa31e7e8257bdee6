import { type ErrorView, PanelError } from "../domain/errors.ts";
import type { NodeStep } from "../domain/plan.ts";
import { type JournalStep, type Settled, writeBegin, writeFailed, writeSettled } from "./journal.ts";
import { type Attempt, passes, resumeAttempt, runAttempt } from "./node-unit.ts";
import {
  exitError,
  noEffectError,
  refusedError,
  supersededError,
  unknownError,
  unstartableError,
} from "./step-errors.ts";
import type { TaskContext } from "./task-context.ts";
import { readBootId, type UnitRecord } from "./unit.ts";

/** An attempt that provably never began is made again, but not for ever. */
const MAX_STARTS = 5;

interface Doing {
  context: TaskContext;
  step: NodeStep;
  position: number;
}

const failed = (error: ErrorView, output: string | null, exitCode: number | null): Settled => ({
  state: "failed",
  exitCode,
  output,
  error,
});

/** It began, but what it did was not recorded: only its effect can tell. */
async function judgeUnknown(doing: Doing, cause?: ErrorView): Promise<Settled> {
  if (await isThere(doing)) return proveAccess(doing, { state: "done" });
  const { context, step } = doing;
  const target = context.nodes.target(step.target);
  return failed(unknownError({ target, command: step.command }, cause), null, null);
}

/** The key that lets the panel in from now on must do so. */
async function proveAccess({ context, step }: Doing, settled: Settled): Promise<Settled> {
  const key = step.access ? step.target : step.proves;
  if (key === undefined) return settled;
  try {
    await context.nodes.proveKey(key);
    return settled;
  } catch (error) {
    if (!(error instanceof PanelError)) throw error;
    return { ...settled, state: "failed", exitCode: settled.exitCode ?? 0, error: error.view };
  }
}

/** There was nothing to do. */
function skipped(doing: Doing): Promise<Settled> {
  const settled = { state: "skipped" } as const;
  return doing.step.proves ? proveAccess(doing, settled) : Promise.resolve(settled);
}

/** Whether the effect is provably there. */
async function isThere({ context, step }: Doing): Promise<boolean> {
  return step.alreadyDone !== undefined && (await passes(context, step.target, step.alreadyDone));
}

/** What a record means for the step; null when it never began. */
async function judge(doing: Doing, record: UnitRecord, bootId: string | null): Promise<Settled | null> {
  const { context, step } = doing;
  const target = context.nodes.target(step.target);
  const place = { target, command: step.command, failures: step.failures };
  switch (record.state) {
    case "never":
      // After a restart of the node a missing record proves nothing.
      return record.bootId === bootId ? null : judgeUnknown(doing);
    case "already":
      return skipped(doing);
    case "swept":
      return { state: "done" };
    case "unstartable":
      return failed(unstartableError(place, record.output), record.output, null);
    case "superseded":
      return failed(supersededError(target, context, record.epoch), null, null);
    case "ended": {
      const { exitCode, output } = record;
      if (record.refused) return failed(refusedError(target, step, exitCode, output), output, null);
      if (exitCode !== 0) return failed(exitError(place, exitCode, output), output, exitCode);
      if (step.isReadBack && !(await isThere(doing))) return failed(noEffectError(place, output), output, exitCode);
      return proveAccess(doing, { state: "done", exitCode, output });
    }
    default:
      return judgeUnknown(doing);
  }
}

/** Makes attempts until one has begun, and answers with what became of it. */
async function attempts(doing: Doing, row: JournalStep): Promise<Settled> {
  const { context, step, position } = doing;
  const { lease } = context;
  const [from, isNew] = [row.attempt + 1, row.state === "pending"];
  for (let attempt = from; attempt < from + MAX_STARTS; attempt += 1) {
    // A cancelled task does not wait for a node on which nothing has been tried.
    const isUnwanted = () => isNew && attempt === from && lease.cancelRequested;
    const bootId = await context.nodes.on(
      step.target,
      (connection) => readBootId(connection, lease.signal),
      isUnwanted,
    );
    // A node that is slow to say so may have been too slow to begin: it was asked on the way, now before.
    const isMissing = attempt > from;
    if (isMissing && (await isThere(doing))) return skipped(doing);
    const begin = { state: "running", attempt, bootId } as const;
    await writeBegin(lease, position, begin);
    Object.assign(row, begin);
    const settled = await begun(doing, { step, position, way: "do", attempt, isMissing }, bootId);
    if (settled) return settled;
  }
  const target = context.nodes.target(step.target);
  return failed(unstartableError({ target, command: step.command }, ""), null, null);
}

async function begun(doing: Doing, attempt: Attempt, bootId: string | null): Promise<Settled | null> {
  return orUnknown(doing, async () => judge(doing, await runAttempt(doing.context, attempt), bootId));
}

/** Whatever keeps the node from being asked leaves the outcome unknown; that it lets nobody in proves that the panel has left. */
async function orUnknown(doing: Doing, work: () => Promise<Settled | null>): Promise<Settled | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PanelError)) throw error;
    const { context, step } = doing;
    if (step.exit && error.view.code === "auth-failed") return { state: "done" };
    const target = context.nodes.target(step.target);
    return failed(unknownError({ target, command: step.command }, error.view), null, null);
  }
}

async function write({ context, position }: Doing, settled: Settled): Promise<Settled> {
  const { error } = settled;
  if (settled.state === "failed" && error) await writeFailed(context.lease, position, { ...settled, error });
  else await writeSettled(context.lease, position, settled);
  return settled;
}

/** What became of a step that a process before this one has begun; null when it never began. Written to the journal. */
export async function resumeNodeStep(doing: Doing, row: JournalStep): Promise<Settled | null> {
  const { context, step, position } = doing;
  const settled = await orUnknown(doing, async () => {
    const record = await resumeAttempt(context, { step, position, way: "do", attempt: row.attempt });
    return judge(doing, record, row.bootId);
  });
  // It may have been taken for unknown before.
  return settled && write(doing, settled.state === "failed" ? settled : { ...settled, error: null });
}

/** Does a step, or finishes what was begun before, and writes the outcome to the journal. Throws LetGo where the task was cancelled before it began. */
export async function doNodeStep(doing: Doing, row: JournalStep): Promise<Settled> {
  if (row.state === "running") {
    const settled = await resumeNodeStep(doing, row);
    if (settled) return settled;
  }
  try {
    return await write(doing, await attempts(doing, row));
  } catch (error) {
    // Nothing has begun: what is thrown behind that point is an outcome.
    if (!(error instanceof PanelError)) throw error;
    return write(doing, failed(error.view, null, null));
  }
}
