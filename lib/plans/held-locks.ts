import { and, eq, inArray, isNotNull } from "drizzle-orm";
import { db } from "../db/client.ts";
import { taskLocks, taskLog, taskSteps, tasks } from "../db/schema/index.ts";
import { PanelError } from "../domain/errors.ts";
import type { NodeStep, Plan, PlanTarget } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { openSecret } from "../secrets/store.ts";
import { processWide } from "../shared.ts";
import { withConnection } from "../ssh/pool.ts";
import { run } from "../ssh/run.ts";
import type { JournalStep } from "./journal.ts";
import { say } from "./say.ts";
import { isOpenEnd } from "./step-errors.ts";
import { poolTargetOf } from "./target-nodes.ts";
import { hintTask } from "./task-hint.ts";
import { forgetRecords, inspectUnit, type PanelRef, readBootId, unitName, unitsOf } from "./unit.ts";

type Row = Pick<JournalStep, "position" | "state" | "attempt" | "bootId" | "error">;

/** A step of which it is not known what it did, or whether it still does it. */
interface Unknown {
  row: Row;
  target: PlanTarget;
}

/** Steps on nodes whose outcome nobody has read, because the node was lost on the way, or that were stopped at their deadline. */
export function unknownSteps(plan: Plan, rows: readonly Row[]): Unknown[] {
  return rows.flatMap((row) => {
    const step = plan.steps[row.position];
    const isOpen = (row.state === "failed" || row.state === "left") && isOpenEnd(row.error);
    if (step?.kind !== "node" || !isOpen) return [];
    const target = plan.targets.find(({ key }) => key === (step as NodeStep).target);
    return target ? [{ row, target }] : [];
  });
}

/** The nodes that such steps ran on, as a person reads and types them. */
export function heldNodes(plan: Plan, rows: readonly Row[]): string {
  return [...new Set(unknownSteps(plan, rows).map(({ target }) => target.label))].join(", ");
}

/** What is asked of nodes; both throw PanelError where one can't be asked. */
export interface Nodes {
  /** Whether nothing of a step runs on its node any more, and nothing of it can begin. */
  isQuiet(panel: PanelRef, taskId: string, unknown: Unknown): Promise<boolean>;
  /** Removes the task's records from a node. */
  forget(panel: PanelRef, taskId: string, target: PlanTarget): Promise<void>;
}

/** Whether no process is left of units, also none that can't be killed: systemd forgets a unit before its last one is gone. $1 how their names begin */
const NOTHING_LEFT = `for procs in /sys/fs/cgroup/system.slice/"$1"*.service/cgroup.procs \
  /sys/fs/cgroup/systemd/system.slice/"$1"*.service/cgroup.procs; do
  [ -z "$(cat "$procs" 2>/dev/null)" ] || exit 1
done`;

/** Each of these was or may have been started, also those before the last one. Asking for one that has not begun closes it. */
function attemptsOf(taskId: string, { position, attempt }: Row): string[] {
  const numbers = Array.from({ length: attempt }, (_, index) => index + 1);
  return numbers.flatMap((number) => (["do", "undo"] as const).map((way) => unitName(taskId, position, way, number)));
}

const realNodes: Nodes = {
  isQuiet: ({ panelId }, taskId, { row, target }) =>
    withConnection(poolTargetOf(target, openSecret), async (connection) => {
      // Nothing outlives a boot.
      if ((await readBootId(connection)) !== row.bootId) return true;
      for (const unit of attemptsOf(taskId, row))
        if ((await inspectUnit(connection, { panelId, unit })).state === "running") return false;
      const argv = ["sh", "-c", NOTHING_LEFT, "spindle", unitsOf(taskId, row.position)];
      return (await run(connection, { argv })).code === 0;
    }),
  forget: (panel, taskId, target) =>
    withConnection(poolTargetOf(target, openSecret), (connection) => forgetRecords(connection, panel, taskId)),
};

/** Answers false where a node can't be asked yet: no time that passes proves anything. */
async function unlessAway(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PanelError) return false;
    throw error;
  }
}

/** Tasks whose nodes were all quiet when they were asked last. */
const quietTasks = () => processWide<Set<string>>("quiet-tasks", () => new Set());

/**
 * Whether every such step is over. A start that was on its way to a node that stood still begins, or meets a closed attempt,
 * in the moments after it goes on: so only a second round that finds the same counts, and only then the records go.
 */
async function isProven(panel: PanelRef, taskId: string, unknown: readonly Unknown[], nodes: Nodes): Promise<boolean> {
  const asked = unknown.map((one) => unlessAway(() => nodes.isQuiet(panel, taskId, one)));
  const isQuiet = (await Promise.all(asked)).every(Boolean);
  const wasQuiet = quietTasks().delete(taskId);
  if (!isQuiet) return false;
  if (!wasQuiet) {
    quietTasks().add(taskId);
    return false;
  }
  const targets = [...new Set(unknown.map(({ target }) => target))];
  return unlessAway(async () => {
    for (const target of targets) await nodes.forget(panel, taskId, target);
    return true;
  });
}

async function letGo(taskId: string, nodes: string): Promise<void> {
  await db().transaction(async (tx) => {
    await tx.delete(taskLocks).where(eq(taskLocks.taskId, taskId));
    const line = say(text("task.proven", { nodes }));
    await tx.insert(taskLog).values({ taskId, position: null, line });
    await hintTask(tx, taskId);
  });
}

/**
 * Looks after locks that tasks have left behind because they could not tell what a step did: each is let go once every such
 * step's node has shown that nothing of it runs any more, or has booted anew. Until then nobody else gets it, however long.
 */
export async function proveHeldLocks(panel: PanelRef, nodes: Nodes = realNodes): Promise<void> {
  const held = await db()
    .selectDistinct({ id: tasks.id })
    .from(taskLocks)
    .innerJoin(tasks, eq(tasks.id, taskLocks.taskId))
    .where(isNotNull(tasks.endedAt));
  if (held.length === 0) return;
  const rows = await db()
    .select({ id: tasks.id, plan: tasks.plan })
    .from(tasks)
    .where(
      inArray(
        tasks.id,
        held.map(({ id }) => id),
      ),
    );
  for (const { id, plan } of rows) {
    const journal = await db()
      .select()
      .from(taskSteps)
      .where(and(eq(taskSteps.taskId, id), isNotNull(taskSteps.error)));
    const unknown = unknownSteps(plan, journal);
    if (await isProven(panel, id, unknown, nodes)) await letGo(id, heldNodes(plan, journal));
  }
}
