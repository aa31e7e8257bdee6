import { type LabNode, lunWwid } from "../../lab/index.ts";
import type { DraftData } from "../../lib/domain/dto.ts";
import { lunLink } from "../../lib/storage/drivers/network-lvm/wwid.ts";
import { labOfThisClone, sanForm, sanNodes } from "../support/nodes.ts";
import type { TestDatabase } from "./database.ts";
import type { Site } from "./join-subject.ts";
import {
  type Deed,
  type Member,
  memberOf,
  type MemberSubjects,
  memberSubjects,
  printedOn,
  type SeenVolumes,
  seenVolumes,
  withoutUuid,
} from "./member-subject.ts";
import { confirmDeletion, confirmParts, confirmStorageRemoval, forgetStorage } from "./storage-subject.ts";

/**
 * Another LUN for the group, and the same with the storage gone from the nodes; the first LUN of another target, which no node
 * has a session to; a storage less; the whole cluster less; a LUN that the array has made larger.
 */
export type SanDeed = "extended" | "further" | "left" | "removed" | "deleted" | "grown";

export const SAN_GROUP = "net0";
const KIND = "network-lvm";
const MIB = 1024 ** 2;
/** Bytes that the first LUN has once the array has made it larger. */
export const GROWN_LUN = 3072 * MIB;

export type SeenSan = SeenVolumes & { san: string[] };

/** Targets with a session, LUNs that multipath has, and those that it would take. No name that is drawn, nor number that counts on. */
const ATTACHED = `
udevadm settle
cat /sys/class/iscsi_session/session*/targetname 2>/dev/null
for link in /dev/disk/by-id/dm-uuid-mpath-*; do
  [ ! -b "$link" ] || echo "\${link##*/} $(blockdev --getsize64 "$link")"
done
grep '^/' /etc/multipath/wwids 2>/dev/null
exit 0`;

async function seenSan(machines: readonly LabNode[], taskId: string): Promise<SeenSan> {
  const seen = await seenVolumes(machines, taskId);
  const san = await printedOn(machines, ATTACHED);
  return withoutUuid(machines[0]!, SAN_GROUP, { ...seen, san });
}

/** Two nodes beside a SAN, whose first LUN is bare. */
export const BESIDE_SAN: Site<SeenSan> = {
  putBack: async () => (await sanNodes()).nodes,
  storages: async (): Promise<DraftData["storages"]> => [
    { key: "s1", kind: "file", name: "files", config: { vmDir: "/vm" } },
    { key: "s2", kind: KIND, name: "shared", config: { ...sanForm(await labOfThisClone()), vgName: SAN_GROUP } },
  ],
  seen: seenSan,
  // Other tools keep empty directories and lists, and what was on the LUN is nowhere on the nodes.
  isTraceAll: false,
};

/** A cluster of two nodes, with a File storage and one on a LUN. */
export const sanMember = (database: TestDatabase) => memberOf(database, BESIDE_SAN);

async function growLun(): Promise<void> {
  const lab = await labOfThisClone();
  await lab.growLun(lab.targets[0]!, "lun1", GROWN_LUN / MIB);
}

async function deedsOn(member: Member): Promise<Record<SanDeed, Deed>> {
  const lab = await labOfThisClone();
  const link = lunLink(lunWwid(lab.targets[0]!, "lun2"));
  const { wwid, ...further } = sanForm(lab, 1);
  const extend = () => confirmParts(member, KIND, { verb: "add", disks: [link] });
  return {
    extended: { confirm: extend },
    left: { confirm: extend, meanwhile: () => forgetStorage(member, KIND), fails: "pin" },
    further: { confirm: () => confirmParts(member, KIND, { verb: "add", disks: [lunLink(wwid)] }, further) },
    removed: { confirm: () => confirmStorageRemoval(member, KIND) },
    deleted: { confirm: () => confirmDeletion(member) },
    // The last one to be planned: the nodes are put back only before each run.
    grown: { before: growLun, confirm: () => confirmParts(member, KIND, { verb: "grow" }) },
  };
}

export type SanSubjects = MemberSubjects<SanDeed, SeenSan>;

/** Makes a cluster on a LUN, and from there each of the tasks. */
export async function sanSubjects(database: TestDatabase): Promise<SanSubjects> {
  const member = await sanMember(database);
  return memberSubjects(database, member, await deedsOn(member), (taskId) => seenSan(member.machines, taskId));
}
