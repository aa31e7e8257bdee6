import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { db } from "../../lib/db/client.ts";
import { whileAway } from "../../lib/db/retry.ts";
import { taskLocks, taskSteps, tasks } from "../../lib/db/schema/index.ts";
import type { Plan, StepState, TaskState } from "../../lib/domain/plan.ts";
import { isFull, ROOT } from "../fixtures/run.ts";
import type { TestDatabase } from "./database.ts";
import { EngineProcess } from "./engine-host.ts";

/** A task that is run once for each point at which something is killed. */
export interface LoopSubject<Seen = unknown> {
  database: TestDatabase;
  /** Modules that register the plan's panel steps. */
  modules: string[];
  /** The plan, for its points; `failsAt` is the position of a step that is meant to fail. */
  plan: Plan;
  failsAt?: number;
  /** Puts nodes and rows to the beginning. */
  clean(): Promise<void>;
  /** The same, and writes the task. Answers with its id. */
  begin(): Promise<string>;
  /** Everything on the nodes and in the database that the task may touch, for comparison by equality. */
  snapshot(): Promise<Seen>;
}

export interface LoopOutcome<Seen = unknown> {
  state: TaskState;
  steps: StepState[];
  locks: number;
  snapshot: Seen;
}

const CRASH_DEADLINE_MS = 300_000;
const END_DEADLINE_MS = 600_000;
const DO = ["before", "during", "after"];
const UNDO = ["undo-before", "undo-during", "undo-after"];

/** What the points of a loop follow from: its plan, and how that ends without a fault. */
type Walked = Pick<LoopSubject, "plan" | "failsAt">;
type Walk = Pick<LoopOutcome, "steps">;

interface Point {
  name: string;
  /** The node it is on; the panel's own are with the first node's. */
  nodeId: string | undefined;
}

/** Every point of a plan at which a process can die: around each step, on the way back where a step fails, and at the end. */
function pointsIn({ plan, failsAt }: Walked, { steps }: Walk): Point[] {
  const nodeOf = (position: number) => {
    const step = plan.steps[position]!;
    const target = step.kind === "node" ? plan.targets.find(({ key }) => key === step.target) : plan.targets[0];
    return target?.nodeId;
  };
  const at = (position: number, points: string[]) =>
    points.map((point): Point => ({ name: `${plan.kind}:${position}:${point}`, nodeId: nodeOf(position) }));
  const positions = plan.steps.map((_, position) => position);
  const done = positions.filter((position) => failsAt === undefined || position <= failsAt);
  // Where there was nothing to do nothing began.
  const whatOf = (position: number) => (steps[position] === "skipped" ? DO.filter((when) => when !== "during") : DO);
  // A failed step on a node is undone as well.
  const forth = done.flatMap((position) =>
    at(position, failsBefore(plan, failsAt, position) ? ["before"] : whatOf(position)),
  );
  const isUndone = (position: number) => !("none" in plan.steps[position]!.undo) && steps[position] !== "skipped";
  const withUndo = failsAt === undefined ? [] : done.toReversed().filter(isUndone);
  const back = withUndo.flatMap((position) => at(position, UNDO));
  const end = ["before", "after"].map(
    (point): Point => ({ name: `${plan.kind}:end:${point}`, nodeId: plan.targets[0]?.nodeId }),
  );
  return [...forth, ...back, ...end];
}

/** A panel step that fails is one transaction that never was: it has neither a middle nor an "after". */
function failsBefore(plan: Plan, failsAt: number | undefined, position: number): boolean {
  return position === failsAt && plan.steps[position]!.kind === "panel";
}

/**
 * All points, as runs in which one is killed again and again: before each step and each undo, in the midst of each, after
 * each. A run a point would take hours. Nodes work beside each other, and only what is on one of them comes in the plan's
 * order: each has runs of its own.
 */
export function runsOf(subject: Walked, clean: Walk): string[][] {
  const byNode = [...Map.groupBy(pointsIn(subject, clean), ({ nodeId }) => nodeId).values()];
  const isOf = (when: string) => (point: string) => point.endsWith(`:${when}`) || point.endsWith(`:undo-${when}`);
  const runs = byNode.flatMap((points) => DO.map((when) => points.map(({ name }) => name).filter(isOf(when))));
  return runs.filter((points) => points.length > 0);
}

/** In full all of them, else so many, drawn by the commit, so that each commit tries others; in their order. */
export function drawn<Point>(count: number, points: readonly Point[], nameOf: (point: Point) => string): Point[] {
  if (isFull) return [...points];
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim();
  const rank = (point: Point) =>
    createHash("sha256")
      .update(`${commit} ${nameOf(point)}`)
      .digest("hex");
  const first = new Set(points.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, count));
  return points.filter((point) => first.has(point));
}

/** What it takes to run a task. */
type Runnable<Seen = unknown> = Pick<LoopSubject<Seen>, "database" | "modules" | "begin" | "snapshot">;

/** Runs the task without any fault. */
export async function undisturbed<Seen>(subject: Runnable<Seen>): Promise<LoopOutcome<Seen>> {
  const id = await subject.begin();
  const engine = new EngineProcess(envOf(subject), null);
  try {
    return await outcome(subject, id, engine);
  } finally {
    await engine.kill();
  }
}

/** Whoever is killed: the engine, after which another one is started; or the database, which comes back to a living engine. */
export type Victim = "engine" | "database";
export const VICTIMS: readonly Victim[] = ["engine", "database"];

/** One run of a loop: how the task is to end, who is killed, and at which points of it. */
export interface KillRun<End extends string> {
  end: End;
  victim: Victim;
  points: string[];
}

/** The runs over a loop's subjects, which end so without a fault: in full all of them, else single points, so many of them. */
export function killRuns<End extends string>(
  subjects: Record<End, Walked>,
  clean: Record<End, Walk>,
  count: number,
): KillRun<End>[] {
  const all = (Object.keys(subjects) as End[]).flatMap((end) => {
    const [subject, walk] = [subjects[end], clean[end]];
    const runs = isFull ? runsOf(subject, walk) : pointsIn(subject, walk).map(({ name }) => [name]);
    return VICTIMS.flatMap((victim) => runs.map((points) => ({ end, victim, points })));
  });
  return drawn(count, all, ({ end, victim, points }) => `${end} ${victim} ${points.join(" ")}`);
}

/** Runs the task with the victim killed at each of these points, which it comes to in this order. */
export function killedAt(subject: LoopSubject, victim: Victim, points: readonly string[]): Promise<LoopOutcome> {
  return victim === "engine" ? engineKilled(subject, points) : databaseKilled(subject, points);
}

async function engineKilled(subject: LoopSubject, points: readonly string[]): Promise<LoopOutcome> {
  const id = await subject.begin();
  for (const point of points) {
    const engine = new EngineProcess(envOf(subject), `kill@${point}`);
    await at(
      point,
      engine.crashed(CRASH_DEADLINE_MS).finally(() => engine.kill()),
    );
  }
  const last = new EngineProcess(envOf(subject), null);
  try {
    return await outcome(subject, id, last);
  } finally {
    await last.kill();
  }
}

async function databaseKilled(subject: LoopSubject, points: readonly string[]): Promise<LoopOutcome> {
  const id = await subject.begin();
  const engine = new EngineProcess(envOf(subject), `stop@${points.join(",")}`);
  try {
    for (const point of points) {
      await at(point, engine.crashed(CRASH_DEADLINE_MS));
      subject.database.kill9();
      engine.thaw();
      await subject.database.start();
    }
    return await outcome(subject, id, engine);
  } finally {
    await engine.kill();
  }
}

async function at<T>(point: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw new Error(`${point}: ${error instanceof Error ? error.message : error}`, { cause: error });
  });
}

/** Freezes the engine at a point until another one has taken its task, then lets both run. */
export async function engineFrozen(subject: LoopSubject, point: string): Promise<LoopOutcome> {
  const id = await subject.begin();
  const frozen = new EngineProcess(envOf(subject), `stop@${point}`);
  // Another installation: it has to wait until the lease is over.
  const { database, modules } = subject;
  await frozen.crashed(CRASH_DEADLINE_MS);
  const other = new EngineProcess(
    { databaseUrl: database.url, dataDir: `${database.dataDir}/other`, keyFile: database.keyFile, modules },
    null,
  );
  try {
    const before = await epochOf(id);
    await until(
      () => epochOf(id),
      (epoch) => epoch > before,
      END_DEADLINE_MS,
    );
    frozen.thaw();
    return await outcome(subject, id, other);
  } finally {
    await frozen.kill();
    await other.kill();
  }
}

const envOf = ({ database, modules }: Runnable) => ({
  databaseUrl: database.url,
  dataDir: database.dataDir,
  keyFile: database.keyFile,
  modules,
});

async function epochOf(id: string): Promise<number> {
  const [row] = await db().select({ epoch: tasks.leaseEpoch }).from(tasks).where(eq(tasks.id, id));
  return row?.epoch ?? 0;
}

async function until<T>(read: () => Promise<T>, good: (value: T) => boolean, deadlineMs: number): Promise<T> {
  for (const end = Date.now() + deadlineMs; ; await sleep(100)) {
    const value = await read();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)} after ${deadlineMs / 1000} s`);
  }
}

async function outcome<Seen>(subject: Runnable<Seen>, id: string, engine: EngineProcess): Promise<LoopOutcome<Seen>> {
  const read = () =>
    whileAway(() => db().select({ state: tasks.state, endedAt: tasks.endedAt }).from(tasks).where(eq(tasks.id, id)));
  try {
    await until(read, (rows) => rows[0]?.endedAt != null, END_DEADLINE_MS);
  } catch (error) {
    throw new Error(`the task did not end:\n${engine.output.join("\n")}`, { cause: error });
  }
  const [task] = await db().select().from(tasks).where(eq(tasks.id, id));
  // A defect is shown without its words; they stand in the engine's own log.
  if (task!.error?.code === "internal") console.error(engine.output.join("\n"));
  const steps = await db().select().from(taskSteps).where(eq(taskSteps.taskId, id)).orderBy(taskSteps.position);
  const locks = await db().select().from(taskLocks).where(eq(taskLocks.taskId, id));
  return {
    state: task!.state,
    steps: steps.map((step) => step.state),
    locks: locks.length,
    snapshot: await subject.snapshot(),
  };
}
