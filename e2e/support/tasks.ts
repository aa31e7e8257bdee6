import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { connect } from "../../lib/db/client.ts";
import * as schema from "../../lib/db/schema/index.ts";
import type { Plan } from "../../lib/domain/plan.ts";
import { text } from "../../lib/domain/text.ts";
import type { DrivesInput } from "../../lib/services/drives/plan.ts";

/** A database of a panel, for rows that a test needs; ended after `work`. */
export async function withDatabase<T>(
  url: string | null,
  work: (db: ReturnType<typeof drizzle<typeof schema>>) => Promise<T>,
): Promise<T> {
  const client = connect(url ?? "", 1);
  try {
    return await work(drizzle(client, { schema }));
  } finally {
    await client.end();
  }
}

const target = {
  key: "nd_seedwait0000001",
  label: "127.9.9.9",
  address: "127.9.9.9",
  port: 1,
  user: "root",
  fingerprint: "SHA256:seed",
  nodeId: "nd_seedwait0000001",
};

/** The plan of a new cluster with one machine that nobody answers at. */
export function clusterPlan(name: string, draftId: string, keySecret?: string): Plan {
  const cluster = { id: "cl_planned0000000", name, virtualization: "kvm", imageDir: "/image", shareDir: "/share" };
  const storage = { key: "s1", id: "st_planned0000000", kind: "file", name: "ssd", config: { vmDir: "/vm-ssd" } };
  return {
    format: 1,
    kind: "cluster.create",
    title: text("join.plan.create", { name, count: 1 }),
    targets: [{ ...target, ...(keySecret ? { keySecret } : {}) }],
    steps: [
      {
        kind: "node",
        id: "make",
        target: target.key,
        title: text("common.refresh"),
        command: { argv: ["install", "-d", "--", "/vm-ssd"] },
        undo: { title: text("common.remove"), command: { argv: ["rmdir", "--", "/vm-ssd"] } },
      },
      {
        kind: "panel",
        id: "record",
        title: text("join.step.create-cluster", { name }),
        action: "cluster.create",
        input: { draftId, clusterId: cluster.id, cluster, storages: [{ ...storage, isMain: true }], nodes: [] },
        undo: { none: text("join.step.record-none") },
      },
    ],
    locks: [],
    notes: [],
  };
}

/** The plan of a change of drives, with one step on a machine that nobody answers at. */
export function drivesPlan({ verb, drives }: DrivesInput): Plan {
  const own = { action: "drives.begin", input: { verb, drives } };
  return {
    format: 1,
    kind: `drives.${verb}`,
    title: text(`drive.plan.${verb}`, { count: drives.length, label: drives[0]?.label ?? "" }),
    targets: [target],
    steps: [
      {
        ...{ kind: "panel", id: "begin", ...own, title: text("drive.step.begin") },
        undo: { title: text("drive.step.begin-undo"), ...own },
      },
      {
        ...{ kind: "node", id: "make", target: target.key, title: text("common.refresh") },
        command: { argv: ["true"] },
        undo: { none: text("drive.step.end-none") },
      },
    ],
    locks: [],
    notes: [],
  };
}

interface SeededTask {
  id: string;
  plan: Plan;
  /** `running`: by a process of which this panel hears nothing, so that it stays so. */
  state: "queued" | "running" | "undone" | "failed" | "done";
  who?: string;
  clusterId?: string;
  minutesAgo?: number;
  locks?: string[];
}

/** Another process's right to a task, for as long as any test takes. */
const others = () => ({ leaseOwner: "another", leaseUntil: new Date(Date.now() + 3_600_000) });

/** Puts a task with its journal into the database of a panel; a queued one begins at once where the panel runs. */
export async function insertTask(url: string | null, task: SeededTask): Promise<void> {
  const at = new Date(Date.now() - (task.minutesAgo ?? 1) * 60_000);
  const isOpen = task.state === "queued" || task.state === "running";
  await withDatabase(url, (db) =>
    db.transaction(async (tx) => {
      await tx.insert(schema.tasks).values({
        ...{ id: task.id, kind: task.plan.kind, title: task.plan.title, plan: task.plan, state: task.state },
        clusterId: task.clusterId ?? null,
        actorName: task.who ?? "Ada",
        requestId: "rq-seed",
        createdAt: at,
        ...(task.state === "running" ? others() : {}),
        startedAt: task.state === "queued" ? null : at,
        endedAt: isOpen ? null : new Date(at.getTime() + 41_000),
        error:
          task.state === "undone" ? { code: "unreachable", message: text("task.waiting", { node: "kvm-1" }) } : null,
      });
      for (const key of task.locks ?? []) await tx.insert(schema.taskLocks).values({ key, taskId: task.id });
      await tx.insert(schema.taskSteps).values(
        task.plan.steps.map((step, position) => ({
          taskId: task.id,
          position,
          stepId: step.id,
          state: isOpen ? ("pending" as const) : task.state === "done" ? ("done" as const) : ("undone" as const),
        })),
      );
      // As the panel itself does: whoever looks hears of it.
      await tx.execute(sql`select pg_notify('spindle_task', ${task.id})`);
    }),
  );
}

type Tx = Parameters<Parameters<ReturnType<typeof drizzle<typeof schema>>["transaction"]>[0]>[0];

/** Ends an open task as the process that works on it would; `also` happens in the same moment. */
export async function endTask(url: string | null, id: string, also?: (tx: Tx) => Promise<void>): Promise<void> {
  await withDatabase(url, (db) =>
    db.transaction(async (tx) => {
      await tx.delete(schema.taskLocks).where(eq(schema.taskLocks.taskId, id));
      const end = { state: "done" as const, endedAt: new Date(), leaseOwner: null, leaseUntil: null };
      await tx.update(schema.tasks).set(end).where(eq(schema.tasks.id, id));
      await also?.(tx);
      await tx.execute(sql`select pg_notify('spindle_task', ${`${id} end`})`);
    }),
  );
}
