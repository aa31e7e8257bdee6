import { setTimeout as sleep } from "node:timers/promises";
import { PanelError } from "../domain/errors.ts";
import type { Check, Command, NodeStep } from "../domain/plan.ts";
import type { Connection } from "../ssh/connection.ts";
import { run } from "../ssh/run.ts";
import { crashPoint } from "./crash-point.ts";
import { LiveLines } from "./live-lines.ts";
import type { TaskContext } from "./task-context.ts";
import {
  type FollowOptions,
  followUnit,
  inspectUnit,
  startUnit,
  type UnitRecord,
  type UnitSpec,
  unitName,
} from "./unit.ts";

const POLL_MS = 1_000;

export type Way = "do" | "undo";

/** One attempt at a step, or at its undo. */
export interface Attempt {
  step: NodeStep;
  position: number;
  way: Way;
  attempt: number;
  /** Whether its effect is there was asked for just now: it is not. */
  isMissing?: boolean;
}

function specOf(context: TaskContext, { step, position, way, attempt, isMissing }: Attempt): UnitSpec {
  const unit = unitName(context.task.id, position, way, attempt);
  const base = { panelId: context.panelId, epoch: context.epoch, unit, notAfter: context.lease.freshUntil };
  if (way === "do") {
    const sweep = step.exit ? context.task.id : undefined;
    const alreadyDone = isMissing ? undefined : step.alreadyDone;
    return { ...base, command: step.command, alreadyDone, guard: step.precondition, sweep };
  }
  if ("none" in step.undo) throw new Error(`The step ${step.id} has no undo`);
  const sweep = step.access ? context.task.id : undefined;
  return { ...base, command: step.undo.command, guard: step.undo.proof, sweep };
}

const pointOf = (way: Way, point: string) => (way === "do" ? point : `undo-${point}`);

function optionsOf(context: TaskContext, { position, way }: Attempt): FollowOptions & { lines: LiveLines } {
  const lines = new LiveLines((line) => context.log.add(position, context.redactor.clean(line)));
  return {
    lines,
    signal: context.lease.signal,
    openSecret: context.openSecret,
    onOutput: (chunk) => lines.add(chunk),
    onBegun: () => crashPoint(context.task.kind, position, pointOf(way, "during")),
  };
}

/** The node's answer once the attempt runs no more. */
async function settle(context: TaskContext, attempt: Attempt, options: FollowOptions): Promise<UnitRecord> {
  const spec = specOf(context, attempt);
  const { signal } = context.lease;
  // Output that is too much to be followed is left on the node; only the end is waited for.
  let quiet = false;
  const look = async (connection: Connection): Promise<UnitRecord> => {
    if (quiet) return inspectUnit(connection, spec, signal);
    try {
      return await followUnit(connection, spec, options);
    } catch (error) {
      if (!(error instanceof PanelError) || error.view.code !== "command-failed") throw error;
      quiet = true;
      return inspectUnit(connection, spec, signal);
    }
  };
  for (;;) {
    const record = await context.nodes.on(attempt.step.target, look);
    if (record.state !== "running") return cleaned(context, record);
    await sleep(POLL_MS, undefined, { signal });
  }
}

function cleaned(context: TaskContext, record: UnitRecord): UnitRecord {
  return "output" in record ? { ...record, output: context.redactor.clean(record.output) } : record;
}

/** A lease that nobody else can have taken: waited for, because nothing may start without it. */
async function freshLease({ lease }: TaskContext): Promise<void> {
  while (!lease.isFresh) await sleep(100, undefined, { signal: lease.signal });
}

/** Starts the attempt on the node and waits for its end, whatever happens to the connection on the way. */
export async function runAttempt(context: TaskContext, attempt: Attempt): Promise<UnitRecord> {
  const { position, way, step } = attempt;
  const { kind } = context.task;
  const options = optionsOf(context, attempt);
  crashPoint(kind, position, pointOf(way, "before"));
  await freshLease(context);
  const started = await context.nodes.on(step.target, async (connection) => {
    try {
      return await startUnit(connection, specOf(context, attempt), options);
    } catch (error) {
      // Whether it began is for the node to say.
      if (error instanceof PanelError && !context.lease.signal.aborted) return null;
      throw error;
    }
  });
  const ended = started && started.state !== "running";
  const record = ended ? cleaned(context, started) : await settle(context, attempt, options);
  options.lines.end();
  crashPoint(kind, position, pointOf(way, "after"));
  return record;
}

/** Its output may show the secrets it was given: what is opened here is taken out of it. One that is gone by now nobody can know. */
async function knowSecrets({ openSecret }: TaskContext, { stdin }: Command): Promise<void> {
  if (typeof stdin !== "object") return;
  for (const { secret } of [stdin].flat())
    try {
      await openSecret(secret);
    } catch (error) {
      if (!(error instanceof PanelError) || error.view.code !== "not-found") throw error;
    }
}

/** What became of an attempt that a process before this one has begun. */
export async function resumeAttempt(context: TaskContext, attempt: Attempt): Promise<UnitRecord> {
  await knowSecrets(context, specOf(context, attempt).command);
  const options = optionsOf(context, attempt);
  const record = await settle(context, attempt, options);
  options.lines.end();
  crashPoint(context.task.kind, attempt.position, pointOf(attempt.way, "after"));
  return record;
}

/** Asks the node whether a check passes. */
export function passes(context: TaskContext, target: string, check: Check): Promise<boolean> {
  return context.nodes.on(target, async (connection) => {
    const { code, stdout } = await run(connection, check.command, { signal: context.lease.signal });
    return code === (check.code ?? 0) && (check.stdout === undefined || stdout.trim() === check.stdout.trim());
  });
}
