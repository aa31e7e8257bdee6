import { PanelError } from "../domain/errors.ts";
import { isFinal, type PanelStep, type Step, type TaskState } from "../domain/plan.ts";
import { openSecret } from "../secrets/store.ts";
import { crashPoint } from "./crash-point.ts";
import { doNodeStep, resumeNodeStep } from "./do-node-step.ts";
import {
  type JournalStep,
  readJournal,
  writeCancelled,
  writeEnd,
  writeFailed,
  writePanelStep,
  writeSettled,
} from "./journal.ts";
import { type Lease, LeaseLost } from "./lease.ts";
import { panelStepWork, panelUndoWork } from "./panel-steps.ts";
import { Redactor } from "./redactor.ts";
import { say } from "./say.ts";
import { unknownSteps } from "./held-locks.ts";
import { positionsOf, reversed, type Segment, segmentsOf } from "./segments.ts";
import { viewOf, waitingText } from "./step-errors.ts";
import { LetGo, TargetNodes } from "./target-nodes.ts";
import type { TaskContext } from "./task-context.ts";
import { TaskLog } from "./task-log.ts";
import { needsUndo, undoNodeStep } from "./undo-node-step.ts";
import { forgetRecords, type PanelRef } from "./unit.ts";

export interface RunTaskOptions extends PanelRef {
  /** How long a node that can't be reached is waited for. */
  nodeWaitMs: number;
}

/** The journal's rows as they are now, kept in step with what this process writes. */
type Rows = JournalStep[];

/** Works on a task from wherever its journal stands, to its end. Throws LeaseLost, or what stopped the engine. */
export async function runTask(lease: Lease, options: RunTaskOptions): Promise<void> {
  const { task, steps } = await readJournal(lease);
  const taskLog = new TaskLog(task.id, lease.signal);
  const redactor = new Redactor();
  const open = async (id: string) => {
    const value = await openSecret(id);
    redactor.add(value);
    return value;
  };
  const nodes = new TargetNodes({
    plan: task.plan,
    openSecret: open,
    signal: lease.signal,
    waitMs: options.nodeWaitMs,
    onWait: (target, error) => taskLog.add(null, `${say(waitingText(target))} ${say(error.view.message)}`),
  });
  const { panelId, epoch } = options;
  const context = { lease, task, plan: task.plan, panelId, epoch, nodes, log: taskLog, redactor, openSecret: open };
  if (isPastFinal(context, steps)) lease.passFinal();
  try {
    const undoing = task.state === "undoing" || !(await forward(context, steps));
    if (undoing) await back(context, steps);
    await finish(context, steps, undoing);
  } finally {
    await taskLog.flush();
  }
}

function rowAt(rows: Rows, position: number): JournalStep {
  const row = rows[position];
  if (!row) throw new Error(`The journal has no row for step ${position}`);
  return row;
}

function stepAt(context: TaskContext, position: number): Step {
  const step = context.plan.steps[position];
  if (!step) throw new Error(`The plan has no step ${position}`);
  return step;
}

/** Runs every lane; the first exception is thrown once all have come to rest. */
async function together(lanes: Map<string, number[]>, work: (lane: number[]) => Promise<void>): Promise<void> {
  const ends = await Promise.allSettled([...lanes.values()].map(work));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** Does the steps in order. False when the task has to be undone: one failed, or it was cancelled. */
async function forward(context: TaskContext, rows: Rows): Promise<boolean> {
  const stop = { failed: false };
  for (const segment of segmentsOf(context.plan)) {
    if (await isCancelled(context, rows, segment)) return false;
    if (segment.kind === "panel") stop.failed = !(await doPanelStep(context, rows, segment.position));
    else await together(segment.lanes, (lane) => doLane(context, rows, lane, stop));
    if (stop.failed) return false;
    if (await isCancelled(context, rows, segment)) return false;
  }
  return true;
}

/** Whether the task was cancelled before this segment was through; then it is being undone. */
async function isCancelled({ lease }: TaskContext, rows: Rows, segment: Segment): Promise<boolean> {
  if (!lease.cancelRequested) return false;
  const positions = positionsOf(segment);
  const through = positions.every((position) => isDone(rowAt(rows, position)));
  if (through && positions.includes(rows.length - 1)) return false;
  await writeCancelled(lease);
  return true;
}

const isDone = (row: JournalStep) => row.state === "done" || row.state === "skipped";

const isFinalDone = (context: TaskContext, rows: Rows, position: number) =>
  isFinal(stepAt(context, position)) && isDone(rowAt(rows, position));

/** Whether a step is done behind which there is no way back. */
function isPastFinal(context: TaskContext, rows: Rows): boolean {
  return rows.some((_row, position) => isFinalDone(context, rows, position));
}

async function doLane(context: TaskContext, rows: Rows, lane: number[], stop: { failed: boolean }): Promise<void> {
  for (const position of lane) {
    if (stop.failed || context.lease.cancelRequested) return;
    const row = rowAt(rows, position);
    const step = stepAt(context, position);
    if (isDone(row) || step.kind !== "node") continue;
    context.log.add(position, `${context.nodes.target(step.target).label}: ${say(step.title)}`);
    const settled = await doNodeStep({ context, step, position }, row).catch(orLetGo);
    if (!settled) return;
    Object.assign(row, settled);
    if (settled.state === "failed") stop.failed = true;
    else if (isFinal(step)) context.lease.passFinal();
    if (step.exit && isDone(row)) context.nodes.hangUp(step.target);
  }
}

/** A cancelled task: the step has not begun, and stays as it is. */
function orLetGo(error: unknown): null {
  if (error instanceof LetGo) return null;
  throw error;
}

const panelContext = ({ task }: TaskContext) => ({
  taskId: task.id,
  requestId: task.requestId,
  actor: { id: task.actorId, name: task.actorName },
});

/** False when it failed. */
async function doPanelStep(context: TaskContext, rows: Rows, position: number): Promise<boolean> {
  const row = rowAt(rows, position);
  if (isDone(row)) return true;
  const step = stepAt(context, position) as PanelStep;
  const { lease, task } = context;
  crashPoint(task.kind, position, "before");
  try {
    const work = panelStepWork(step);
    await writePanelStep(lease, position, { from: ["pending"], to: "done" }, async (tx) => {
      await work(tx, panelContext(context));
      crashPoint(task.kind, position, "during");
    });
  } catch (error) {
    if (error instanceof LeaseLost || lease.signal.aborted) throw error;
    const settled = { state: "failed", error: viewOf(error, task.id) } as const;
    await writeFailed(lease, position, settled);
    Object.assign(row, settled);
    return false;
  }
  crashPoint(task.kind, position, "after");
  row.state = "done";
  if (isFinal(step)) lease.passFinal();
  return true;
}

/** Undoes what was done, in reverse, as far back as there is a way. */
async function back(context: TaskContext, rows: Rows): Promise<void> {
  for (const segment of reversed(segmentsOf(context.plan))) {
    const isOver = () => positionsOf(segment).some((position) => isFinalDone(context, rows, position));
    if (isOver()) return;
    if (segment.kind === "panel") await undoPanelStep(context, rows, segment.position);
    else await together(segment.lanes, (lane) => undoLane(context, rows, lane));
    // It can turn out only now that the last step was done.
    if (isOver()) return;
  }
}

async function undoLane(context: TaskContext, rows: Rows, lane: number[]): Promise<void> {
  for (const position of lane) {
    const row = rowAt(rows, position);
    const step = stepAt(context, position);
    if (step.kind !== "node") continue;
    // What could not be asked for on the way forth may have gone on: nothing is taken back beside it.
    if (row.state === "running" || (row.state === "failed" && row.error?.code === "outcome-unknown")) {
      const never = { state: "pending", error: null } as const;
      const settled = (await resumeNodeStep({ context, step, position }, row)) ?? never;
      if (settled.state === "pending") await writeSettled(context.lease, position, settled);
      Object.assign(row, settled);
      if (isFinalDone(context, rows, position)) return;
    }
    if (!needsUndo(step, row) || "none" in step.undo) continue;
    context.log.add(position, `${context.nodes.target(step.target).label}: ${say(step.undo.title)}`);
    Object.assign(row, await undoNodeStep(context, step, row));
  }
}

async function undoPanelStep(context: TaskContext, rows: Rows, position: number): Promise<void> {
  const row = rowAt(rows, position);
  const step = stepAt(context, position) as PanelStep;
  if (row.state !== "done" || "none" in step.undo) return;
  const { lease, task } = context;
  crashPoint(task.kind, position, "undo-before");
  try {
    const work = panelUndoWork(step);
    await writePanelStep(lease, position, { from: ["done"], to: "undone" }, async (tx) => {
      await work?.(tx, panelContext(context));
      crashPoint(task.kind, position, "undo-during");
    });
    row.state = "undone";
  } catch (error) {
    if (error instanceof LeaseLost || lease.signal.aborted) throw error;
    const settled = { state: "left", error: viewOf(error, task.id) } as const;
    await writeSettled(lease, position, settled);
    Object.assign(row, settled);
  }
  crashPoint(task.kind, position, "undo-after");
}

/** Removes the records from the nodes, then closes the task. */
async function finish(context: TaskContext, rows: Rows, undone: boolean): Promise<void> {
  const { lease, task } = context;
  crashPoint(task.kind, "end", "before");
  const unknown = unknownSteps(context.plan, rows);
  const held = unknown.length > 0 ? (context.plan.holds ?? []) : [];
  // What closes attempts on those nodes stays there as long as something is held because of them.
  const asked = new Set(held.length > 0 ? unknown.map(({ target }) => target.nodeId) : []);
  const touched = context.plan.targets.filter(
    ({ key, nodeId }) => hasRecords(context, rows, key) && !asked.has(nodeId),
  );
  // Of two ways into one node the later one is the one that is left.
  const ways = new Map(touched.map(({ nodeId, key }) => [nodeId, key]));
  await Promise.all([...ways.values()].map((key) => forget(context, key)));
  crashPoint(task.kind, "end", "after");
  await writeEnd(lease, endState(context, rows, undone), held);
}

/** Whether the node may still hold records of this task. */
function hasRecords(context: TaskContext, rows: Rows, key: string): boolean {
  const own = context.plan.steps.flatMap((step, position) =>
    step.kind === "node" && step.target === key ? [{ step, row: rowAt(rows, position) }] : [],
  );
  // Whoever took the way in away has swept them, and nobody gets in any more.
  const isOut = ({ step, row }: (typeof own)[number]) =>
    (step.access && row.state === "undone") || (step.exit && row.state === "done");
  if (own.some(isOut)) return false;
  return own.some(({ row }) => row.state !== "pending" || row.attempt > 0);
}

async function forget(context: TaskContext, key: string): Promise<void> {
  const { lease, task, nodes } = context;
  try {
    await nodes.on(key, (connection) => forgetRecords(connection, context, task.id, lease.signal));
  } catch (error) {
    if (!(error instanceof PanelError)) throw error;
    context.log.add(null, `${nodes.target(key).label}: ${say(error.view.message)}`);
  }
}

function endState(context: TaskContext, rows: Rows, undone: boolean): TaskState {
  const { lease, task } = context;
  if (!undone) return "done";
  if (rows.some((row) => row.state === "left") || isPastFinal(context, rows)) return "failed";
  const failed = task.error !== null || rows.some((row) => row.error !== null);
  return lease.cancelRequested && !failed ? "cancelled" : "undone";
}
