import { eq } from "drizzle-orm";
import type { LabNode } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import { nodes, storages, tasks } from "../../lib/db/schema/index.ts";
import type { NodeLive } from "../../lib/domain/live.ts";
import type { TaskState } from "../../lib/domain/plan.ts";
import type { Measured } from "../../lib/services/drives/world.ts";
import { closeConnections } from "../../lib/ssh/pool.ts";
import { labOfThisClone, sanIsBack } from "../support/nodes.ts";
import type { TestDatabase } from "./database.ts";
import { joinSubjects, keepSecrets, ONE_NODE, type Seen, seenOn, type Site } from "./join-subject.ts";
import { type LoopSubject, undisturbed } from "./kill-loop.ts";

/** A cluster that was made for a loop, and the first of its nodes: whoever acts acts there. */
export interface Member {
  machine: LabNode;
  /** It, and those that the cluster has beside it. */
  machines: readonly LabNode[];
  nodeId: string;
  clusterId: string;
  /** Of its one storage of this kind. */
  storageId(kind: MemberStorage): string;
}
export type MemberStorage = "file" | "lvm" | "network-lvm";

/** A task about a member. */
export interface Deed {
  /** Plans it and confirms it; answers with the task's id. */
  confirm(): Promise<string>;
  /** Rows that get in its way once it is confirmed. */
  meanwhile?(taskId: string): Promise<unknown>;
  /** Shell that puts something in its way on the node. */
  obstacle?: string;
  /** What has happened outside of the panel by then. */
  before?(): Promise<unknown>;
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
  const lab = await labOfThisClone();
  await lab.save(SCENE);
  await sanIsBack(lab);
  await database.keep(KEPT);
}

/** Makes a cluster of a site's nodes. */
export async function memberOf<S extends Seen>(database: TestDatabase, site: Site<S>): Promise<Member> {
  const { subjects } = await joinSubjects(database, "cluster", site);
  const { state } = await undisturbed(subjects.free);
  if (state !== "done") {
    const [task] = await db().select({ error: tasks.error }).from(tasks);
    throw new Error(`the cluster could not be made: ${state}: ${JSON.stringify(task?.error)}`);
  }
  await keepMember(database);
  const machines = (await labOfThisClone()).nodes;
  // Of several it is the first by name that acts.
  const [node] = await db().select().from(nodes).orderBy(nodes.name);
  const own = await db().select().from(storages);
  return {
    ...{ machine: machines[0]!, machines, nodeId: node!.id, clusterId: node!.clusterId },
    storageId: (kind) => own.find((storage) => storage.kind === kind)!.id,
  };
}

/** A cluster of one node, with a File and an LVM storage. */
export const oneMember = (database: TestDatabase) => memberOf(database, ONE_NODE);

/** What a hub would have measured of nodes that are well and have room: none runs beside these engines. */
export async function well({ clusterId }: Member): Promise<Measured> {
  const own = await db().select().from(storages);
  const ids = (await db().select({ id: nodes.id }).from(nodes)).map(({ id }) => id);
  const nothing = { cause: null, figures: null, figuresAgeMs: 0, since: null };
  const liveOf = (nodeId: string): NodeLive => ({
    ...{ nodeId, clusterId, health: "active", reason: null, warnings: [], diskFaults: [], ...nothing },
    storages: own.map(({ id }) => ({
      ...{ storageId: id, nodeId, status: "ok", suspect: false, readOnly: false, full: false, ...nothing },
      ...{ confirmedAt: null, checks: 1, checkedAgeMs: 0, capacityOf: null },
      figures: { size: null, used: null, allocated: null, free: 1024 * MIB },
    })),
  });
  const group = { vg: { extentSize: 4 * MIB, freeExtents: 256 } };
  const details = Object.fromEntries(own.map(({ id }) => [id, group]));
  // Looked at since whatever was changed last.
  const volumes = ids.flatMap((nodeId) =>
    own.map(({ id }) => ({ nodeId, storageId: id, volumes: [], listedAt: Date.now() + 60_000, ageMs: 0 })),
  );
  return { live: ids.map(liveOf), volumes, details: Object.fromEntries(ids.map((id) => [id, details])) };
}

/** Brings a task to its end, from where node and database stand. */
export async function ended(database: TestDatabase, taskId: string): Promise<TaskState> {
  const subject = { database, modules: MODULES, begin: async () => taskId, snapshot: async () => null };
  return (await undisturbed(subject)).state;
}

/** What tasks about a member are tried with. */
export interface MemberSubjects<Name extends string, S> {
  subjects: Record<Name, LoopSubject<S>>;
  member: Member;
  /** What is seen before any of them. */
  before: S;
}

/** A loop's subject for each deed, confirmed and not yet begun; `seen` is compared, for the task of that id. */
export async function memberSubjects<Name extends string, S>(
  database: TestDatabase,
  member: Member,
  deeds: Record<Name, Deed>,
  seen: (taskId: string) => Promise<S>,
): Promise<MemberSubjects<Name, S>> {
  const before = await seen("");
  const subjects = {} as Record<Name, LoopSubject<S>>;
  for (const name of Object.keys(deeds) as Name[]) subjects[name] = await subjectOf(database, name, deeds[name], seen);
  return { subjects, member, before };
}

async function subjectOf<S>(
  database: TestDatabase,
  name: string,
  { confirm, meanwhile, obstacle, before, fails }: Deed,
  seen: (taskId: string) => Promise<S>,
): Promise<LoopSubject<S>> {
  const lab = await labOfThisClone();
  await database.putBack(KEPT);
  await before?.();
  const taskId = await confirm();
  await meanwhile?.(taskId);
  const [task] = await db().select().from(tasks).where(eq(tasks.id, taskId));
  const { plan } = task!;
  await closeConnections();
  await database.keep(`${KEPT}_${name}`);
  const clean = async () => {
    await Promise.all([lab.restore(SCENE), database.putBack(`${KEPT}_${name}`)]);
    await keepSecrets();
    await sanIsBack(lab);
    await before?.();
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
dmsetup ls | cut -f 1 | sort`;

export type SeenVolumes = Seen & { volumes: string[] };

/** What a script prints on each of the nodes, a line each. */
export async function printedOn(machines: readonly LabNode[], script: string): Promise<string[]> {
  const listings = await Promise.all(machines.map((machine) => machine.sh(script, { timeoutMs: 120_000 })));
  return listings.flatMap((listing) => listing.split("\n")).flatMap((line) => line.trim() || []);
}

/** The same as of a join, with LVM's volumes; files and units that are left behind stand in the trace. */
export async function seenVolumes(machines: readonly LabNode[], taskId: string): Promise<SeenVolumes> {
  const volumes = await printedOn(machines, VOLUMES);
  return { ...(await seenOn(machines, taskId)), volumes };
}

/** PVs of a group, in LVM's words; one that several nodes see is there for each. */
export const pvsOf = ({ volumes }: Pick<SeenVolumes, "volumes">, vg: string): string[] =>
  volumes.filter((line) => line.startsWith("/dev/") && line.split(/\s+/)[2] === vg);

/** The same with the group's name for its UUID: LVM draws that of a new group, another one each time, and the panel's row has the node's. */
export async function withoutUuid<S extends Seen>(machine: LabNode, vg: string, seen: S): Promise<S> {
  const uuid = (await machine.sh(`vgs --noheadings -o vg_uuid -S vg_name=${vg}`)).trim();
  return uuid === "" ? seen : (JSON.parse(JSON.stringify(seen).replaceAll(uuid, vg)) as S);
}
