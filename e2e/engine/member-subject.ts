import { eq, isNotNull } from "drizzle-orm";
import type { LabNode } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import { nodes, secrets, storages, tasks } from "../../lib/db/schema/index.ts";
import type { NodeLive } from "../../lib/domain/live.ts";
import type { TaskState } from "../../lib/domain/plan.ts";
import type { Measured } from "../../lib/services/drives/world.ts";
import { closeConnections } from "../../lib/ssh/pool.ts";
import { labOfThisClone } from "../support/nodes.ts";
import type { TestDatabase } from "./database.ts";
import { joinSubjects, type Seen, seenOn } from "./join-subject.ts";
import { type LoopSubject, undisturbed } from "./kill-loop.ts";

/** The node of a cluster that was made of it alone, with a File and an LVM storage. */
export interface Member {
  machine: LabNode;
  nodeId: string;
  clusterId: string;
  storageIds: Record<MemberStorage, string>;
}
export const MEMBER_STORAGES = ["file", "lvm"] as const;
export type MemberStorage = (typeof MEMBER_STORAGES)[number];

/** A task about a member. */
export interface Deed {
  /** Plans it and confirms it; answers with the task's id. */
  confirm(): Promise<string>;
  /** Rows that get in its way once it is confirmed. */
  meanwhile?(taskId: string): Promise<unknown>;
  /** Shell that puts something in its way on the node. */
  obstacle?: string;
  /** Id of the step that fails for what is in the way. */
  fails?: string;
}

const SCENE = "kill-member";
const KEPT = "member";
const MODULES = [new URL("member-modules.ts", import.meta.url).pathname];
const MIB = 1024 ** 2;

/** Node and database as they are now are where each deed begins from here on. */
export async function keepMember(database: TestDatabase): Promise<void> {
  await closeConnections();
  await (await labOfThisClone()).save(SCENE);
  await database.keep(KEPT);
}

/** Makes a cluster of one node. */
export async function oneMember(database: TestDatabase): Promise<Member> {
  const { free } = await joinSubjects(database, "cluster");
  const { state } = await undisturbed(free);
  if (state !== "done") throw new Error(`the cluster could not be made: ${state}`);
  await keepMember(database);
  const [node] = await db().select().from(nodes);
  const own = await db().select().from(storages);
  const idOf = (kind: MemberStorage) => own.find((storage) => storage.kind === kind)!.id;
  return {
    ...{ machine: (await labOfThisClone()).nodes[0]!, nodeId: node!.id, clusterId: node!.clusterId },
    storageIds: { file: idOf("file"), lvm: idOf("lvm") },
  };
}

/** What a hub would have measured of a node that is well and has room: none runs beside these engines. */
export async function well({ nodeId, clusterId }: Member): Promise<Measured> {
  const own = await db().select().from(storages);
  const nothing = { cause: null, figures: null, figuresAgeMs: 0, since: null };
  const live: NodeLive = {
    ...{ nodeId, clusterId, health: "active", reason: null, warnings: [], diskFaults: [], ...nothing },
    storages: own.map(({ id }) => ({
      ...{ storageId: id, nodeId, status: "ok", suspect: false, readOnly: false, full: false, ...nothing },
      ...{ confirmedAt: null, checks: 1, checkedAgeMs: 0, capacityOf: null },
      figures: { size: null, used: null, allocated: null, free: 1024 * MIB },
    })),
  };
  const details = { vg: { extentSize: 4 * MIB, freeExtents: 256 } };
  return { live: [live], volumes: [], details: { [nodeId]: Object.fromEntries(own.map(({ id }) => [id, details])) } };
}

/** Brings a task to its end, from where node and database stand. */
export async function ended(database: TestDatabase, taskId: string): Promise<TaskState> {
  const subject = { database, modules: MODULES, begin: async () => taskId, snapshot: async () => null };
  return (await undisturbed(subject)).state;
}

/** A loop's subject for each deed; `seen` is compared, for the task of that id. */
export async function memberSubjects<Name extends string>(
  database: TestDatabase,
  deeds: Record<Name, Deed>,
  seen: (taskId: string) => Promise<unknown>,
): Promise<Record<Name, LoopSubject>> {
  const subjects = {} as Record<Name, LoopSubject>;
  for (const name of Object.keys(deeds) as Name[]) subjects[name] = await subjectOf(database, name, deeds[name], seen);
  return subjects;
}

async function subjectOf(
  database: TestDatabase,
  name: string,
  { confirm, meanwhile, obstacle, fails }: Deed,
  seen: (taskId: string) => Promise<unknown>,
): Promise<LoopSubject> {
  const lab = await labOfThisClone();
  await database.putBack(KEPT);
  const taskId = await confirm();
  await meanwhile?.(taskId);
  const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
  const { plan } = task!;
  await closeConnections();
  await database.keep(`${KEPT}_${name}`);
  const clean = async () => {
    await Promise.all([lab.restore(SCENE), database.putBack(`${KEPT}_${name}`)]);
    // A long loop outlives the quarter of an hour that a new key is kept.
    const expiresAt = new Date(Date.now() + 3_600_000);
    await db().update(secrets).set({ expiresAt }).where(isNotNull(secrets.expiresAt));
    if (obstacle) await lab.nodes[0]!.sh(obstacle);
  };
  const begin = async () => {
    await clean();
    return taskId;
  };
  return {
    ...{ database, modules: MODULES, plan, clean, begin, snapshot: () => seen(taskId) },
    ...(fails ? { failsAt: plan.steps.findIndex((step) => step.id === fails) } : {}),
  };
}

/** PVs, LVs with their segments, and maps, one a line. */
const VOLUMES = `
pvs --noheadings -o pv_name,pv_uuid,vg_name,pv_pe_count,pv_pe_alloc_count | sort
lvs -a --noheadings --units b --segments -o vg_name,lv_name,lv_size,lv_active,lv_device_open,lv_tags,seg_start,seg_size,devices | sort
dmsetup ls | sort`;

export type SeenVolumes = Seen & { volumes: string[] };

/** The same as of a join, with LVM's volumes; files and units that are left behind stand in the trace. */
export async function seenVolumes(machine: LabNode, taskId: string): Promise<SeenVolumes> {
  const listing = await machine.sh(VOLUMES, { timeoutMs: 120_000 });
  const volumes = listing.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
  return { ...(await seenOn(machine, taskId)), volumes };
}
