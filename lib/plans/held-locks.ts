import { and, eq, inArray, isNotNull } from "drizzle-orm";
import { db } from "../db/client.ts";
import { taskLocks, taskLog, taskSteps, tasks } from "../db/schema/index.ts";
import { type ErrorCode, PanelError } from "../domain/errors.ts";
import type { NodeStep, Plan, PlanTarget } from "../domain/plan.ts";
import { text } from "../domain/text.ts";
import { openSecret } from "../secrets/store.ts";
import { withConnection } from "../ssh/pool.ts";
import { run } from "../ssh/run.ts";
import type { JournalStep } from "./journal.ts";
import { say } from "./say.ts";
import { poolTargetOf } from "./target-nodes.ts";
import { hintTask } from "./task-hint.ts";
import { forgetRecords, inspectUnit, readBootId, unitName } from "./unit.ts";

type Row = Pick<JournalStep, "position" | "state" | "attempt" | "bootId" | "error">;

/** A step of which it is not known what it did, or whether it still does it. */
interface Unknown {
  row: Row;
  target: PlanTarget;
}

/** A process that was killed can hang in a write, and finish it once its device answers again. */
const OPEN_ENDS: readonly string[] = ["outcome-unknown", "timeout"] satisfies ErrorCode[];

/** Steps on nodes whose outcome nobody has read, because the node was lost on the way, or that were stopped at their deadline. */
export function unknownSteps(plan: Plan, rows: readonly Row[]): Unknown[] {
  return rows.flatMap((row) => {
    const step = plan.steps[row.position];
    const isOpen = row.state === "failed" || row.state === "left";
    if (step?.kind !== "node" || !isOpen || !OPEN_ENDS.includes(row.error?.code ?? "")) return [];
    const target = plan.targets.find(({ key }) => key === (step as NodeStep).target);
    return target ? [{ row, target }] : [];
  });
}

/** The nodes that such steps ran on, as a person reads and types them. */
export function heldNodes(plan: Plan, rows: readonly Row[]): string {
  return [...new Set(unknownSteps(plan, rows).map(({ target }) => target.label))].join(", ");
}

/** Whether nothing of a step runs on its node any more. Throws PanelError where the node can't be asked. */
export type AskNode = (panelId: string, taskId: string, unknown: Unknown) => Promise<boolean>;

/** Whether no process is left of a unit, also none that can't be killed: systemd forgets a unit before its last one is gone. $1 unit */
const NOTHING_LEFT = `for root in /sys/fs/cgroup /sys/fs/cgroup/systemd; do
  left=$(cat "$root/system.slice/$1.service/cgroup.procs" 2>/dev/null)
  [ -z "$left" ] || exit 1
done`;

const askNode: AskNode = (panelId, taskId, { row, target }) =>
  withConnection(poolTargetOf(target, openSecret), async (connection) => {
    // Nothing outlives a boot.
    if ((await readBootId(connection)) !== row.bootId) return true;
    const unit = unitName(taskId, row.position, row.state === "left" ? "undo" : "do", row.attempt);
    const { state } = await inspectUnit(connection, { panelId, unit });
    if (state === "running") return false;
    const left = await run(connection, { argv: ["sh", "-c", NOTHING_LEFT, "spindle", unit] });
    if (left.code !== 0) return false;
    await forgetRecords(connection, panelId, taskId);
    return true;
  });

async function isProven(panelId: string, taskId: string, unknown: Unknown, ask: AskNode): Promise<boolean> {
  try {
    return await ask(panelId, taskId, unknown);
  } catch (error) {
    // It can't be asked yet: no time that passes proves anything.
    if (error instanceof PanelError) return false;
    throw error;
  }
}

async function letGo(taskId: string, nodes: readonly string[]): Promise<void> {
  await db().transaction(async (tx) => {
    await tx.delete(taskLocks).where(eq(taskLocks.taskId, taskId));
    const line = say(text("task.proven", { nodes: nodes.join(", ") }));
    await tx.insert(taskLog).values({ taskId, position: null, line });
    await hintTask(tx, taskId);
  });
}

/**
 * Looks after locks that tasks have left behind because they could not tell what a step did: each is let go once every such
 * step's node has shown that nothing of it runs any more, or has booted anew. Until then nobody else gets it, however long.
 */
export async function proveHeldLocks(panelId: string, ask: AskNode = askNode): Promise<void> {
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
    const proven = await Promise.all(unknown.map((one) => isProven(panelId, id, one, ask)));
    if (proven.every(Boolean))
      await letGo(
        id,
        unknown.map(({ target }) => target.label),
      );
  }
}
