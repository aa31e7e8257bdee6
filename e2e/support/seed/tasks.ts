import * as schema from "../../../lib/db/schema/index.ts";
import type { Plan } from "../../../lib/domain/plan.ts";
import { text } from "../../../lib/domain/text.ts";
import { before, type Database, SEED } from "./names.ts";

function seedPlan(kind: string): Plan {
  const target = {
    key: "n1",
    label: "kvm-13",
    address: "127.9.0.13",
    port: 1,
    user: "root",
    fingerprint: "SHA256:seed",
    nodeId: "nd_seed0000000013",
  };
  return {
    format: 1,
    kind,
    title: text("join.plan.join", { count: 1, name: SEED.cluster.name }),
    targets: [target],
    steps: [
      {
        kind: "node",
        id: "a",
        target: "n1",
        title: text("join.step.make-directory", { path: "/vm" }),
        command: { argv: ["install", "-d", "-m", "0711", "--", "/vm"] },
        undo: {
          title: text("join.step.remove-directory", { path: "/vm" }),
          command: { argv: ["rmdir", "--", "/vm"] },
        },
      },
      {
        kind: "node",
        id: "b",
        target: "n1",
        title: text("join.step.packages", { count: 1 }),
        command: { argv: ["apt-get", "install", "-y", "lvm2"] },
        undo: { none: text("join.step.lists-none") },
      },
      {
        kind: "panel",
        id: "c",
        title: text("join.step.add-nodes", { name: SEED.cluster.name }),
        action: "seed.nothing",
        input: {},
        undo: { none: text("join.step.record-none") },
      },
    ],
    locks: [],
    notes: [],
  };
}

type Outcome = {
  id: string;
  state: "done" | "undone" | "failed";
  steps: readonly ("done" | "failed" | "undone" | "left" | "pending")[];
};

const OUTCOMES: readonly Outcome[] = [
  { id: SEED.done, state: "done", steps: ["done", "done", "done"] },
  // What failed is undone as well.
  { id: SEED.undone, state: "undone", steps: ["undone", "undone", "pending"] },
  { id: SEED.failed, state: "failed", steps: ["left", "failed", "pending"] },
];

/** How a command on a node fails. */
const FAILED = {
  code: "command-failed" as const,
  message: text("task.step-exit", { node: "kvm-13", code: 100 }),
  hint: text("task.step-exit-hint"),
};

async function seedTask(db: Database, outcome: Outcome, minutesAgo: number): Promise<void> {
  const plan = seedPlan("node.join");
  const hasFailed = (position: number) => outcome.state !== "done" && position === 1;
  await db.insert(schema.tasks).values({
    id: outcome.id,
    kind: plan.kind,
    title: plan.title,
    state: outcome.state,
    plan,
    clusterId: SEED.cluster.id,
    actorName: "Ada",
    requestId: "rq-seed",
    error: outcome.state === "done" ? null : FAILED,
    createdAt: before(minutesAgo * 60_000),
    startedAt: before(minutesAgo * 60_000),
    endedAt: before(minutesAgo * 60_000 - 48_000),
  });
  await db.insert(schema.taskSteps).values(
    outcome.steps.map((state, position) => ({
      taskId: outcome.id,
      position,
      stepId: plan.steps[position]!.id,
      state,
      error: hasFailed(position) ? FAILED : null,
      exitCode: hasFailed(position) ? 100 : 0,
      output: hasFailed(position)
        ? "Err:1 http://apt.example.net bookworm/main amd64 acl\n\u001b[31mE: Unable to fetch\u202e some archives"
        : "",
      startedAt: state === "pending" ? null : before(minutesAgo * 60_000),
      endedAt: state === "pending" ? null : before(minutesAgo * 60_000 - 12_000),
    })),
  );
  await db.insert(schema.taskLog).values([{ taskId: outcome.id, position: 1, line: "Reading package lists…" }]);
}

/** One of each outcome, an hour apart. */
export async function seedTasks(db: Database): Promise<void> {
  for (const [index, outcome] of OUTCOMES.entries()) await seedTask(db, outcome, 300 - index * 60);
}
