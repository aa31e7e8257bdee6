import { eq } from "drizzle-orm";
import { db } from "../../lib/db/client.ts";
import { nodeStorages, storages } from "../../lib/db/schema/index.ts";
import type { DraftData } from "../../lib/domain/dto.ts";
import type { PartsRequest } from "../../lib/domain/parts-request.ts";
import { confirmClusterRemoval, previewClusterRemoval } from "../../lib/services/clusters/remove.ts";
import { confirmDraft } from "../../lib/services/drafts/confirm.ts";
import { saveDraft, startStorageDraft } from "../../lib/services/drafts/edit.ts";
import { choose } from "../../lib/services/drafts/machines.ts";
import { getDraft } from "../../lib/services/drafts/view.ts";
import { changeParts, lookAtParts, notePartsSource } from "../../lib/services/storages/parts.ts";
import { confirmRemoval, previewRemoval } from "../../lib/services/storages/remove.ts";
import type { Source } from "../../lib/storage/contract.ts";
import { settled } from "../join/panel.ts";
import type { TestDatabase } from "./database.ts";
import { ctx } from "./join-subject.ts";
import {
  type Deed,
  type Member,
  type MemberStorage,
  type MemberSubjects,
  memberSubjects,
  oneMember,
  type SeenVolumes,
  seenVolumes,
  well,
  withoutUuid,
} from "./member-subject.ts";

/**
 * A storage on a bare disk, and the same with a storage of its name in the way; another disk for a group, and the same
 * with the storage gone from the node; a storage less; the whole cluster less.
 */
export type StorageDeed = "added" | "taken" | "extended" | "left" | "removed" | "deleted";

export const NEW_GROUP = "vg9";
const NEW: DraftData["storages"][number] = { key: "s3", kind: "lvm", name: "bare", config: { vgName: NEW_GROUP } };

/** A disk of the node that nothing is on, by the name that follows it. */
type Disk = "disk4" | "disk5";
const linkOf = ({ machine }: Member, disk: Disk) => machine.disk(disk).path;

async function confirmStorage(member: Member, disk: Disk): Promise<string> {
  const { draftId } = await startStorageDraft(ctx, member.clusterId);
  const { version, data } = await settled(ctx, draftId);
  await saveDraft(ctx, { draftId, version, data: { ...data, step: "nodes", storages: [...data.storages, NEW] } });
  await settled(ctx, draftId);
  const choice = { key: member.nodeId, storageKey: NEW.key, choice: `disk:${linkOf(member, disk)}`, value: "use" };
  await choose(ctx, { draftId, ...choice });
  const { digest, blockers } = await getDraft(ctx, draftId);
  if (!digest) throw new Error(`the storage can't be added: ${JSON.stringify(blockers)}`);
  return (await confirmDraft(ctx, { draftId, digest })).taskId;
}

/** `typed`: where further disks are, where the storage has no way there yet. */
export async function confirmParts(
  member: Member,
  kind: MemberStorage,
  request: PartsRequest,
  typed?: Source,
): Promise<string> {
  const look = () => well(member);
  const place = { storageId: member.storageId(kind), nodeId: member.nodeId };
  const source = typed && (await notePartsSource(ctx, { ...place, source: typed }, look));
  const input = { ...place, source, request };
  const { planned } = await lookAtParts(ctx, input, undefined, look);
  if (!planned?.digest) throw new Error(`the parts can't be changed: ${JSON.stringify(planned)}`);
  return (await changeParts(ctx, { ...input, digest: planned.digest, typed: "" }, undefined, look)).taskId;
}

export async function confirmStorageRemoval(member: Member, kind: MemberStorage): Promise<string> {
  const look = () => well(member);
  const input = { storageId: member.storageId(kind), isForced: false };
  const { digest, blockers } = await previewRemoval(ctx, input, look);
  if (!digest) throw new Error(`the storage can't be removed: ${JSON.stringify(blockers)}`);
  return (await confirmRemoval(ctx, { ...input, digest, typed: "" }, look)).taskId;
}

export async function confirmDeletion(member: Member): Promise<string> {
  const look = () => well(member);
  const input = { clusterId: member.clusterId, isForced: false };
  const { digest, confirmName, blockers } = await previewClusterRemoval(ctx, input, look);
  if (!digest) throw new Error(`the cluster can't be deleted: ${JSON.stringify(blockers)}`);
  return (await confirmClusterRemoval(ctx, { ...input, digest, typed: confirmName ?? "" }, look)).taskId;
}

/** Somebody else was faster. */
async function takeName({ clusterId }: Member): Promise<void> {
  const { kind, name } = NEW;
  await db()
    .insert(storages)
    .values({ id: "st_other", clusterId, kind, name, config: { vgName: "other" } });
}

/** It has left every node meanwhile. */
export function forgetStorage(member: Member, kind: MemberStorage): Promise<unknown> {
  return db()
    .delete(nodeStorages)
    .where(eq(nodeStorages.storageId, member.storageId(kind)));
}

function deedsOn(member: Member): Record<StorageDeed, Deed> {
  const add = () => confirmStorage(member, "disk5");
  const extend = () => confirmParts(member, "lvm", { verb: "add", disks: [linkOf(member, "disk4")] });
  return {
    added: { confirm: add },
    taken: { confirm: add, meanwhile: () => takeName(member), fails: "record" },
    extended: { confirm: extend },
    left: { confirm: extend, meanwhile: () => forgetStorage(member, "lvm"), fails: "pin" },
    removed: { confirm: () => confirmStorageRemoval(member, "lvm") },
    deleted: { confirm: () => confirmDeletion(member) },
  };
}

export type StorageSubjects = MemberSubjects<StorageDeed, SeenVolumes>;

/** Makes a cluster of one node, and from there each of the tasks. */
export async function storageSubjects(database: TestDatabase): Promise<StorageSubjects> {
  const member = await oneMember(database);
  const { machine, machines } = member;
  const seen = async (taskId: string) => withoutUuid(machine, NEW_GROUP, await seenVolumes(machines, taskId));
  return memberSubjects(database, member, deedsOn(member), seen);
}
