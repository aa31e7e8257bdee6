import { and, asc, eq, isNull, notInArray, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import { db, inTransaction, type Transaction } from "../db/client.ts";
import { whileAway } from "../db/retry.ts";
import { taskLocks, taskSteps, tasks } from "../db/schema/index.ts";
import type { ErrorView } from "../domain/errors.ts";
import type { TaskState } from "../domain/plan.ts";
import { type Lease, LeaseLost } from "./lease.ts";
import { LEASE_SECONDS } from "./lease-time.ts";
import { hintTask } from "./task-hint.ts";

export type JournalTask = typeof tasks.$inferSelect;
export type JournalStep = typeof taskSteps.$inferSelect;

type StepChange = PgUpdateSetSource<typeof taskSteps>;

/**
 * One fenced transaction: it does nothing unless the lease is still ours. While the database is away it waits. The
 * writes below set states, so that a repetition after an answer that was lost changes nothing.
 */
async function fenced(lease: Lease, work: (tx: Transaction) => Promise<void>, about?: "end"): Promise<void> {
  let askedAt = 0;
  await whileAway(
    () =>
      inTransaction(async (tx) => {
        askedAt = performance.now();
        const [held] = await tx
          .update(tasks)
          .set({ leaseUntil: sql`now() + make_interval(secs => ${LEASE_SECONDS})` })
          .where(and(eq(tasks.id, lease.taskId), eq(tasks.leaseEpoch, lease.epoch), isNull(tasks.endedAt)))
          .returning({ id: tasks.id });
        if (!held) throw new LeaseLost(lease.taskId);
        await work(tx);
        await hintTask(tx, lease.taskId, about);
      }),
    lease.signal,
  );
  lease.renewed(askedAt, false);
}

async function setStep(tx: Transaction, lease: Lease, position: number, change: StepChange): Promise<void> {
  await tx
    .update(taskSteps)
    .set(change)
    .where(and(eq(taskSteps.taskId, lease.taskId), eq(taskSteps.position, position)));
}

/** The task and its steps in plan order, as they stand. */
export function readJournal(lease: Lease): Promise<{ task: JournalTask; steps: JournalStep[] }> {
  return whileAway(async () => {
    const [task] = await db().select().from(tasks).where(eq(tasks.id, lease.taskId));
    if (!task || task.endedAt) throw new LeaseLost(lease.taskId);
    const steps = await db()
      .select()
      .from(taskSteps)
      .where(eq(taskSteps.taskId, lease.taskId))
      .orderBy(asc(taskSteps.position));
    return { task, steps };
  }, lease.signal);
}

/** An attempt is about to start: written before anything happens on the node. */
export function writeBegin(
  lease: Lease,
  position: number,
  attempt: { state: "running" | "undoing"; attempt: number; bootId: string | null },
): Promise<void> {
  const started = attempt.state === "running" ? { startedAt: sql`coalesce(${taskSteps.startedAt}, now())` } : {};
  return fenced(lease, (tx) => setStep(tx, lease, position, { ...attempt, ...started, endedAt: null }));
}

/** What is known of a step once an attempt has come to an end. */
export interface Settled {
  state: JournalStep["state"];
  exitCode?: number | null;
  output?: string | null;
  undoOutput?: string | null;
  error?: ErrorView | null;
}

const asChange = (settled: Settled): StepChange => ({ ...settled, endedAt: new Date() });

/** An attempt has ended; what is left out stays as it was. */
export function writeSettled(lease: Lease, position: number, settled: Settled): Promise<void> {
  return fenced(lease, (tx) => setStep(tx, lease, position, asChange(settled)));
}

/** A step has failed: from now on the task is undone. The first error is the task's. */
export function writeFailed(lease: Lease, position: number, settled: Settled & { error: ErrorView }): Promise<void> {
  return fenced(lease, async (tx) => {
    await setStep(tx, lease, position, asChange(settled));
    await startUndoing(tx, lease, settled.error);
  });
}

/** The task was cancelled, and is undone from now on. */
export function writeCancelled(lease: Lease): Promise<void> {
  return fenced(lease, (tx) => startUndoing(tx, lease, null));
}

async function startUndoing(tx: Transaction, lease: Lease, error: ErrorView | null): Promise<void> {
  const task = eq(tasks.id, lease.taskId);
  await tx.update(tasks).set({ state: "undoing" }).where(task);
  if (error)
    await tx
      .update(tasks)
      .set({ error })
      .where(and(task, isNull(tasks.error)));
}

/**
 * A step in the panel's own database, in one transaction with its journal row. `from` says in which states it is still
 * to be done, so that a repetition does it once.
 */
export function writePanelStep(
  lease: Lease,
  position: number,
  change: { from: JournalStep["state"][]; to: "done" | "undone" },
  work: (tx: Transaction) => Promise<void>,
): Promise<void> {
  return fenced(lease, async (tx) => {
    const [row] = await tx
      .select({ state: taskSteps.state })
      .from(taskSteps)
      .where(and(eq(taskSteps.taskId, lease.taskId), eq(taskSteps.position, position)));
    if (!row || !change.from.includes(row.state)) return;
    await work(tx);
    const started = change.to === "done" ? { startedAt: new Date() } : {};
    await setStep(tx, lease, position, { state: change.to, endedAt: new Date(), ...started });
  });
}

/** The end: the locks are free, but for those that are `held` until something is proven, and the task is history. */
export function writeEnd(lease: Lease, state: TaskState, held: readonly string[] = []): Promise<void> {
  const work = async (tx: Transaction) => {
    const free = held.length === 0 ? undefined : notInArray(taskLocks.key, [...held]);
    await tx.delete(taskLocks).where(and(eq(taskLocks.taskId, lease.taskId), free));
    await tx
      .update(tasks)
      .set({ state, endedAt: new Date(), leaseOwner: null, leaseUntil: null })
      .where(eq(tasks.id, lease.taskId));
  };
  return fenced(lease, work, "end");
}
