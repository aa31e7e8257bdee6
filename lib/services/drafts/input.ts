import { and, eq, inArray, like, ne, sql } from "drizzle-orm";
import { db, type Executor } from "../../db/client.ts";
import { clusters, nodeStorages, nodes, secrets, storages, taskLocks } from "../../db/schema/index.ts";
import type { DraftData } from "../../domain/dto.ts";
import type { KnownMachine } from "../../hypervisor/contract.ts";
import { hypervisorOf } from "../../hypervisor/registry.ts";
import { panelIdentity } from "../../secrets/master.ts";
import { authorizedKeysLine } from "../../ssh/keys.ts";
import { driverOf } from "../../storage/registry.ts";
import type { PlanInput, PlannedMachine, PlannedStorage } from "./assemble.ts";
import type { MachineFacts } from "./facts.ts";
import { areMembers } from "./members.ts";
import type { DraftNodeRow, LoadedDraft } from "./stored.ts";

const textFact = (facts: Record<string, unknown>, name: string) => (typeof facts[name] === "string" ? facts[name] : "");

/** Members of every cluster, by what must be unique. */
export async function readMembers(tx: Executor = db()): Promise<KnownMachine[]> {
  const rows = await tx
    .select({ name: nodes.name, machineId: nodes.machineId, facts: nodes.facts, cluster: clusters.name })
    .from(nodes)
    .innerJoin(clusters, eq(clusters.id, nodes.clusterId));
  return rows.map((row) => ({
    label: row.name,
    clusterName: row.cluster,
    machineId: row.machineId,
    // A node can be called something else than its machine calls itself.
    hostName: textFact(row.facts, "hostname") || row.name,
    hostUuid: textFact(row.facts, "hostUuid"),
    initiatorName: textFact(row.facts, "initiatorName"),
  }));
}

/** What storages of members have for themselves: their drivers say it of their pinned identities. */
async function readTakenThings(tx: Executor): Promise<PlanInput["takenThings"]> {
  const rows = await tx
    .select({
      ...{ identity: nodeStorages.identity, storageId: storages.id, kind: storages.kind },
      ...{ storage: storages.name, node: nodes.name },
    })
    .from(nodeStorages)
    .innerJoin(storages, eq(storages.id, nodeStorages.storageId))
    .innerJoin(nodes, eq(nodes.id, nodeStorages.nodeId));
  return rows.flatMap((row) =>
    (driverOf(row.kind)?.things(row.identity) ?? []).map((thing) => ({
      ...thing,
      storageId: row.storageId,
      label: `${row.storage}, ${row.node}`,
    })),
  );
}

/** What is pinned of a cluster's shared storages, on whichever node. */
async function readPinned(clusterId: string, tx: Executor): Promise<PlanInput["pinned"]> {
  const rows = await tx
    .select({ id: storages.id, kind: storages.kind, identity: nodeStorages.identity })
    .from(nodeStorages)
    .innerJoin(storages, eq(storages.id, nodeStorages.storageId))
    .where(eq(storages.clusterId, clusterId));
  const shared = rows.filter(({ kind }) => driverOf(kind)?.capabilities.shared);
  return Object.fromEntries(shared.map(({ id, identity }) => [id, identity]));
}

const NAME_LOCK = "cluster-name:";

/** Names of clusters that are being made by other drafts: whoever began first has the name. */
async function reservedNames(draftId: string, tx: Executor): Promise<string[]> {
  const rows = await tx
    .select({ key: taskLocks.key })
    .from(taskLocks)
    .where(
      and(
        like(taskLocks.key, `${NAME_LOCK}%`),
        sql`not exists (select 1 from task_locks own where own.key = ${`draft:${draftId}`} and own.task_id = ${taskLocks.taskId})`,
      ),
    );
  return rows.map((row) => row.key.slice(NAME_LOCK.length));
}

/** Storages whose values their drivers take; the others wait until they are typed right. */
function plannedStorages(form: DraftData, ids: Record<string, string>): PlannedStorage[] {
  return form.storages.flatMap((storage) => {
    const parsed = driverOf(storage.kind)?.config.safeParse(storage.config);
    const id = ids[storage.key];
    if (!parsed?.success || !id) return [];
    const { key, kind, name } = storage;
    return [{ key, id, kind, name, config: parsed.data, isMain: key === form.mainKey }];
  });
}

/** Storages that are not typed to their end, with what a look can do with. */
function unfinishedStorages(form: DraftData): PlanInput["unfinished"] {
  return form.storages.flatMap(({ key, kind, config }) => {
    const driver = driverOf(kind);
    if (!driver?.looksWith || driver.config.safeParse(config).success) return [];
    const enough = driver.looksWith(config) as Record<string, unknown> | null;
    return enough ? [{ key, kind, config: enough }] : [];
  });
}

/** Credentials that still exist. */
async function livingSecrets(rows: readonly DraftNodeRow[], tx: Executor): Promise<Set<string>> {
  const ids = rows.flatMap((row) => [row.keySecret, row.passwordSecret ?? []].flat());
  if (ids.length === 0) return new Set();
  const now = Date.now();
  const found = await tx
    .select({ id: secrets.id, expiresAt: secrets.expiresAt })
    .from(secrets)
    .where(inArray(secrets.id, ids));
  return new Set(found.filter((row) => !row.expiresAt || row.expiresAt.getTime() > now).map((row) => row.id));
}

function plannedMachine(row: DraftNodeRow, living: ReadonlySet<string>): PlannedMachine {
  const password =
    row.credential === "password" && row.passwordSecret && living.has(row.passwordSecret) ? row.passwordSecret : null;
  return {
    key: row.key,
    address: row.address,
    port: row.port,
    user: row.user,
    fingerprint: row.fingerprint,
    keySecret: row.keySecret,
    passwordSecret: password,
    keyLine: authorizedKeysLine(row.publicKey, row.key),
    facts: row.facts as unknown as MachineFacts | null,
    choices: row.choices,
  };
}

/** Everything the plan of a draft is made from; null while its virtualization has no hypervisor here. */
export interface DraftInput {
  plan: PlanInput | null;
  /** Machines that can sign in: their key, and their password where they have one, are still kept. */
  withCredential: ReadonlySet<string>;
  takenNames: ReadonlySet<string>;
  /** False where a draft's machines have to be its cluster's nodes and are not: one has come or gone since. */
  hasAllMembers: boolean;
}

/** Gathers it from the database; no node is contacted. */
export async function readDraftInput(draft: LoadedDraft, tx: Executor = db()): Promise<DraftInput> {
  const { row, stored, fixed } = draft;
  const { form } = stored;
  const planned = plannedStorages(form, stored.storageIds);
  const isJoin = row.kind !== "storage";
  const hasMachines = draft.nodes.length > 0;
  const [panel, members, takenThings, pinned, living, others, reserved, hasAllMembers] = await Promise.all([
    panelIdentity(),
    // What machines must not have in common with a node: of none there is nothing to read.
    hasMachines ? readMembers(tx) : [],
    hasMachines ? readTakenThings(tx) : [],
    readPinned(stored.clusterId, tx),
    livingSecrets(draft.nodes, tx),
    tx.select({ name: clusters.name }).from(clusters).where(ne(clusters.id, stored.clusterId)),
    reservedNames(row.id, tx),
    isJoin || areMembers(tx, stored.clusterId, draft.nodes),
  ]);
  const hypervisor = hypervisorOf(form.virtualization);
  const plan: PlanInput | null = hypervisor && {
    kind: row.kind,
    draftId: row.id,
    clusterId: stored.clusterId,
    clusterName: form.name,
    virtualization: form.virtualization,
    hypervisor,
    dirs: { imageDir: form.imageDir, shareDir: form.shareDir },
    storages: planned.filter(({ key }) => isJoin || !fixed.includes(key)),
    unfinished: unfinishedStorages(form),
    present: isJoin ? [] : planned.filter(({ key }) => fixed.includes(key)),
    machines: draft.nodes.map((node) => plannedMachine(node, living)),
    panel,
    // A member differs from the others since it joined.
    members: row.kind === "storage" ? [] : members,
    takenThings,
    pinned,
  };
  const withCredential = draft.nodes.filter(
    (node) =>
      living.has(node.keySecret) &&
      (node.credential !== "password" || (node.passwordSecret !== null && living.has(node.passwordSecret))),
  );
  return {
    plan,
    withCredential: new Set(withCredential.map((node) => node.key)),
    hasAllMembers,
    takenNames: new Set([...others.map((other) => other.name.toLowerCase()), ...reserved]),
  };
}
