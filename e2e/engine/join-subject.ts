import { isDeepStrictEqual } from "node:util";
import { eq, isNotNull, sql } from "drizzle-orm";
import type { LabNode } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import {
  audit,
  clusters,
  draftNodes,
  drafts,
  drives,
  nodeStorages,
  nodes,
  secrets,
  storages,
  tasks,
} from "../../lib/db/schema/index.ts";
import type { DraftData } from "../../lib/domain/dto.ts";
import type { ServiceContext } from "../../lib/services/context.ts";
import { confirmDraft } from "../../lib/services/drafts/confirm.ts";
import { startJoinDraft } from "../../lib/services/drafts/edit.ts";
import { getDraft } from "../../lib/services/drafts/view.ts";
import { closeConnections } from "../../lib/ssh/pool.ts";

import { addLabNode, typeCluster } from "../join/panel.ts";
import { tracesOf } from "../join/trace.ts";
import { onePreparedNode } from "../support/nodes.ts";
import type { TestDatabase } from "./database.ts";
import type { LoopSubject } from "./kill-loop.ts";

/** What is confirmed: a new cluster, or a node for one that is there. */
export type JoinKind = "cluster" | "join";

/** The same task as it ends well, and with a row in the way of its last step. */
export interface JoinSubjects<S extends Seen = Seen> {
  subjects: Record<"free" | "taken", LoopSubject<S>>;
  /** What is seen before anything. */
  before: S;
}

/** Where a loop's tasks run. */
export interface Site<S extends Seen = Seen> {
  /** Puts the nodes to the instant before anything. */
  putBack(): Promise<LabNode[]>;
  /** As they are typed for a cluster of these nodes, the main one first. */
  storages(): Promise<DraftData["storages"]>;
  seen(machines: readonly LabNode[], taskId: string): Promise<S>;
  /** All that a task can leave stands in the trace: nodes that have the old one again need not be put back. */
  isTraceAll: boolean;
}

const NAME = "alpha";
const STORAGES: DraftData["storages"] = [
  { key: "s1", kind: "file", name: "files", config: { vmDir: "/vm" } },
  { key: "s2", kind: "lvm", name: "group", config: { vgName: "lvm0" } },
];

/** One node with a partition for files and a volume group. */
export const ONE_NODE: Site = {
  putBack: async () => [await onePreparedNode()],
  storages: async () => STORAGES,
  seen: seenOn,
  isTraceAll: true,
};

/** Whoever confirms. */
export const ctx: ServiceContext = {
  actor: { id: "tester", name: "Tester", email: "tester@localhost" },
  requestId: "kill-loop",
  address: "127.0.0.1",
  now: new Date(),
};

/**
 * The task of a real draft: typed, its node looked at, confirmed. The database is kept as it is at that instant, and put
 * back for each point together with the nodes.
 */
export async function joinSubjects<S extends Seen>(
  database: TestDatabase,
  what: JoinKind,
  site: Site<S>,
): Promise<JoinSubjects<S>> {
  let machines = await site.putBack();
  await emptyPanel();
  const before = await site.seen(machines, "");
  let untouched = true;
  const typed = await site.storages();
  const draftId = what === "cluster" ? await typeCluster(ctx, NAME, typed) : await typeJoin(typed);
  for (const machine of machines) await addLabNode(ctx, draftId, machine);
  const { digest, blockers, nodes: shown } = await getDraft(ctx, draftId);
  if (!digest) throw new Error(`the draft can't be confirmed: ${JSON.stringify([blockers, shown])}`);
  const { taskId } = await confirmDraft(ctx, { draftId, digest });
  const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
  const { plan } = task!;
  await closeConnections();
  await database.keep(`${what}_free`);
  await takeItsPlace(what);
  await database.keep(`${what}_taken`);
  // Where an undone task has left the nodes as they were, they are the beginning of the next run.
  const nodesPutBack = async () => {
    if (!untouched) machines = await site.putBack();
    untouched = false;
  };
  const snapshot = async () => {
    const seen = await site.seen(machines, taskId);
    untouched = site.isTraceAll && isDeepStrictEqual(seen.trace, before.trace);
    return seen;
  };
  const subject = (kept: string, more: Partial<LoopSubject>): LoopSubject<S> => {
    const clean = async () => {
      await Promise.all([nodesPutBack(), database.putBack(kept)]);
      await keepSecrets();
    };
    return {
      database,
      modules: [new URL("join-modules.ts", import.meta.url).pathname],
      plan,
      ...more,
      clean,
      begin: async () => {
        await clean();
        return taskId;
      },
      snapshot,
    };
  };
  const subjects = {
    free: subject(`${what}_free`, {}),
    taken: subject(`${what}_taken`, { failsAt: plan.steps.length - 1 }),
  };
  return { subjects, before };
}

/** A long loop outlives the hour that a password is kept, and the quarter of an hour that a new key is. */
export async function keepSecrets(): Promise<void> {
  const expiresAt = new Date(Date.now() + 3_600_000);
  await db().update(secrets).set({ expiresAt }).where(isNotNull(secrets.expiresAt));
}

async function emptyPanel(): Promise<void> {
  await db().delete(tasks);
  await db().delete(drives);
  await db().delete(draftNodes);
  await db().delete(drafts);
  await db().delete(clusters);
  await db().delete(secrets);
}

async function typeJoin(typed: DraftData["storages"]): Promise<string> {
  const clusterId = "cl_alpha";
  await db()
    .insert(clusters)
    .values({ id: clusterId, name: NAME, virtualization: "kvm", imageDir: "/image", shareDir: "/share" });
  for (const [index, { key, kind, name, config }] of typed.entries())
    await db()
      .insert(storages)
      .values({ id: `st_${key}`, clusterId, kind, name, config, isMain: index === 0 });
  return (await startJoinDraft(ctx, clusterId)).draftId;
}

/** Somebody else was faster: a cluster of that name, or a member at that address. The last step fails on it. */
async function takeItsPlace(what: JoinKind): Promise<void> {
  const other = { id: "cl_other", virtualization: "kvm" as const, imageDir: "/image", shareDir: "/share" };
  await db()
    .insert(clusters)
    .values({ ...other, name: what === "cluster" ? NAME : "other" });
  if (what === "cluster") return;
  const [machine] = await db().select().from(draftNodes);
  const { address, port, user } = machine!;
  await db()
    .insert(nodes)
    .values({
      id: "nd_other",
      clusterId: other.id,
      name: "other",
      ...{ address, port, user },
      fingerprint: "SHA256:other",
      keySecret: "se_other",
      machineId: "other",
      membership: "member",
    });
}

/** Everything a task may touch: the nodes' files, packages, units and groups; the panel's rows; its audit. */
export async function seenOn(machines: readonly LabNode[], taskId: string) {
  const trace = await tracesOf(machines);
  const said = await db()
    .select({ action: audit.action, entity: audit.entityId })
    .from(audit)
    .where(sql`${audit.detail} ->> 'taskId' = ${taskId}`)
    .orderBy(audit.action, audit.entityId);
  const rows = {
    clusters: await db().select({ id: clusters.id, name: clusters.name }).from(clusters).orderBy(clusters.id),
    storages: await db()
      .select({ id: storages.id, isMain: storages.isMain, isEnabled: storages.isEnabled, config: storages.config })
      .from(storages)
      .orderBy(storages.id),
    nodes: await db()
      .select({ id: nodes.id, membership: nodes.membership, keySecret: nodes.keySecret })
      .from(nodes)
      .orderBy(nodes.id),
    pinned: await db().select().from(nodeStorages).orderBy(nodeStorages.nodeId, nodeStorages.storageId),
    drives: await db()
      .select({ id: drives.id, label: drives.label, state: drives.state, size: drives.size, taskId: drives.taskId })
      .from(drives)
      .orderBy(drives.label),
    drafts: await db().select({ id: drafts.id }).from(drafts),
    machines: await db().select({ key: draftNodes.key }).from(draftNodes),
    secrets: await db()
      .select({ id: secrets.id, purpose: secrets.purpose, ends: isNotNull(secrets.expiresAt) })
      .from(secrets)
      .orderBy(secrets.id),
  };
  return { trace, audit: said, rows };
}

export type Seen = Awaited<ReturnType<typeof seenOn>>;
