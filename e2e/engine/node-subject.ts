import { eq, isNotNull, sql } from "drizzle-orm";
import type { LabNode } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import { audit, nodeStorages, nodes, secrets, storages, tasks } from "../../lib/db/schema/index.ts";
import type { NodeLive } from "../../lib/domain/live.ts";
import type { ServiceContext } from "../../lib/services/context.ts";
import type { Measured } from "../../lib/services/drives/world.ts";
import { confirmRemoval, previewRemoval } from "../../lib/services/nodes/remove.ts";
import { confirmKeyRotation, planKeyRotation } from "../../lib/services/nodes/rotate.ts";
import { closeConnections } from "../../lib/ssh/pool.ts";
import { traceOf } from "../join/trace.ts";
import { labOfThisClone } from "../support/nodes.ts";
import type { TestDatabase } from "./database.ts";
import { joinSubjects } from "./join-subject.ts";
import { type LoopSubject, undisturbed } from "./kill-loop.ts";

/** The change of a key as it ends well, the same with another task in the way of its switch, and a removal. */
export type NodeDeed = "rotated" | "kept" | "removed";

export interface NodeSubjects {
  subjects: Record<NodeDeed, LoopSubject>;
  /** The joined node's trace before anything. */
  before: string[];
}

const SCENE = "kill-node-life";
const MODULES = [new URL("node-modules.ts", import.meta.url).pathname];
const ctx: ServiceContext = {
  actor: { id: "tester", name: "Tester", email: "tester@localhost" },
  ...{ requestId: "kill-loop", address: "127.0.0.1", now: new Date() },
};

/** What a hub would have measured of a node that is well: none runs beside these engines. */
async function well(nodeId: string): Promise<Measured> {
  const [node] = await db().select().from(nodes).where(eq(nodes.id, nodeId));
  const own = await db().select().from(storages);
  const nothing = { cause: null, figures: null, figuresAgeMs: 0, since: null };
  const live: NodeLive = {
    ...{ nodeId, clusterId: node?.clusterId ?? "", health: "active", reason: null, warnings: [], ...nothing },
    storages: own.map(({ id }) => ({
      ...{ storageId: id, nodeId, status: "ok", suspect: false, readOnly: false, full: false, ...nothing },
      ...{ confirmedAt: null, checks: 1, checkedAgeMs: 0, capacityOf: null },
    })),
  };
  return { live: [live], volumes: [], details: {} };
}

async function confirmDeed(deed: NodeDeed, nodeId: string): Promise<string> {
  const look = () => well(nodeId);
  if (deed === "removed") {
    const { digest, blockers } = await previewRemoval(ctx, { nodeId, isForced: false }, look);
    if (!digest) throw new Error(`the node can't be removed: ${JSON.stringify(blockers)}`);
    return (await confirmRemoval(ctx, { nodeId, isForced: false, digest, typed: "" }, look)).taskId;
  }
  const { planId, digest } = await planKeyRotation(ctx, { nodeId }, look);
  return (await confirmKeyRotation(ctx, { planId, digest }, look)).taskId;
}

/** A task of another installation on the same node, which nobody else takes: the switch is refused for it. */
async function stranger(taskId: string): Promise<void> {
  const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
  if (!task) throw new Error("the task is gone");
  const leaseUntil = new Date(Date.now() + 86_400_000);
  await db()
    .insert(tasks)
    .values({ ...task, id: "tk_stranger", state: "running", leaseOwner: "elsewhere:1", leaseUntil });
}

/** Makes a cluster of one node, and from there each of the tasks, confirmed and not yet begun. */
export async function nodeSubjects(database: TestDatabase): Promise<NodeSubjects> {
  const { free } = await joinSubjects(database, "cluster");
  const { state } = await undisturbed(free);
  if (state !== "done") throw new Error(`the cluster could not be made: ${state}`);
  const lab = await labOfThisClone();
  const machine = lab.nodes[0]!;
  const before = await traceOf(machine);
  await closeConnections();
  await lab.save(SCENE);
  await database.keep("node_joined");
  const [node] = await db().select().from(nodes);
  const subjects = {} as Record<NodeDeed, LoopSubject>;
  for (const deed of ["rotated", "kept", "removed"] as const) {
    await database.putBack("node_joined");
    const taskId = await confirmDeed(deed, node!.id);
    if (deed === "kept") await stranger(taskId);
    const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
    await database.keep(`node_${deed}`);
    subjects[deed] = await subjectOf(database, deed, { machine, taskId, plan: task!.plan });
  }
  return { subjects, before };
}

async function subjectOf(
  database: TestDatabase,
  deed: NodeDeed,
  { machine, taskId, plan }: { machine: LabNode; taskId: string; plan: LoopSubject["plan"] },
): Promise<LoopSubject> {
  const lab = await labOfThisClone();
  const clean = async () => {
    await Promise.all([lab.restore(SCENE), database.putBack(`node_${deed}`)]);
    // A long loop outlives the quarter of an hour that a key is kept.
    const expiresAt = new Date(Date.now() + 3_600_000);
    await db().update(secrets).set({ expiresAt }).where(isNotNull(secrets.expiresAt));
  };
  const failsAt = plan.steps.findIndex((step) => step.id === "switch-key");
  return {
    ...{ database, plan, modules: MODULES, clean, snapshot: () => snapshotOf(machine, taskId) },
    ...(deed === "kept" ? { failsAt } : {}),
    begin: async () => {
      await clean();
      return taskId;
    },
  };
}

async function snapshotOf(machine: LabNode, taskId: string) {
  const said = await db()
    .select({ action: audit.action, entity: audit.entityId })
    .from(audit)
    .where(sql`${audit.detail} ->> 'taskId' = ${taskId}`)
    .orderBy(audit.action, audit.entityId);
  return {
    trace: await traceOf(machine),
    lines: (await machine.sh("grep -h spindle: /root/.ssh/authorized_keys || true")).trim().split("\n").filter(Boolean),
    audit: said,
    nodes: await db()
      .select({ id: nodes.id, membership: nodes.membership, keySecret: nodes.keySecret })
      .from(nodes)
      .orderBy(nodes.id),
    pinned: await db().select().from(nodeStorages).orderBy(nodeStorages.nodeId, nodeStorages.storageId),
    secrets: await db()
      .select({ id: secrets.id, ends: isNotNull(secrets.expiresAt) })
      .from(secrets)
      .where(eq(secrets.purpose, "node-key"))
      .orderBy(secrets.id),
  };
}
