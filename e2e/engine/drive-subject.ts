import { eq, sql } from "drizzle-orm";
import { db } from "../../lib/db/client.ts";
import { storages } from "../../lib/db/schema/index.ts";
import { FORMAT_BY_KIND } from "../../lib/domain/storage.ts";
import type { DriveRequest } from "../../lib/domain/drive-request.ts";
import { driveIdOf } from "../../lib/services/drives/ids.ts";
import { confirmDrives, previewDrives } from "../../lib/services/drives/request.ts";
import type { TestDatabase } from "./database.ts";
import { ctx } from "./join-subject.ts";
import type { LoopSubject } from "./kill-loop.ts";
import {
  type Deed,
  ended,
  keepMember,
  MEMBER_STORAGES,
  type Member,
  type MemberStorage,
  memberSubjects,
  oneMember,
  type SeenVolumes,
  seenVolumes,
  well,
} from "./member-subject.ts";

/** On each storage: two new drives, the same with something where the second one is to be, a larger one, one less. */
const DEEDS = ["made", "refused", "grown", "deleted"] as const;
/** And on LVM one less whose volume is wiped first. */
export type DriveDeed = `${MemberStorage}-${(typeof DEEDS)[number]}` | "lvm-wiped";

/** What a drive holds: the sums of what it had room for before it grew, and of what is behind that. */
export type SeenDrives = SeenVolumes & { contents: string[] };

const MIB = 1024 ** 2;
export const SIZE = 16 * MIB;
export const GROWN = 40 * MIB;

const keyOf = (kind: MemberStorage, which: "old" | "new") => `${which}${kind}`.padEnd(16, "0");
/** The drive that stands on the storage before anything. */
export const oldDrive = (kind: MemberStorage) => driveIdOf(ctx.actor.id, keyOf(kind, "old"), 0);
const secondDrive = (kind: MemberStorage) => driveIdOf(ctx.actor.id, keyOf(kind, "new"), 1);

async function confirm(member: Member, request: DriveRequest): Promise<string> {
  const look = () => well(member);
  const { digest, confirmName, blockers, problems } = await previewDrives(ctx, request, look);
  if (!digest) throw new Error(`the drives can't be changed: ${JSON.stringify([blockers, problems])}`);
  return (await confirmDrives(ctx, { request, digest, typed: confirmName ?? "" }, look)).taskId;
}

function creation(member: Member, kind: MemberStorage, which: "old" | "new", labels: string[]): DriveRequest {
  const where = { storageId: member.storageIds[kind], nodeId: null, format: FORMAT_BY_KIND[kind]! };
  return { verb: "create", key: keyOf(kind, which), ...where, size: SIZE, labels };
}

/** Writes a whole drive full with numbers. $1 drive, $2 bytes. */
const WRITE: Record<MemberStorage, string> = {
  file: `seq 1 99999999 | head -c "$2" >/run/data
qemu-io -f qcow2 -c "write -q -s /run/data 0 $2" "/vm/$1.qcow2" && rm /run/data`,
  lvm: `lvchange -ay "lvm0/$1" && seq 1 99999999 | head -c "$2" | dd of="/dev/lvm0/$1" bs=1M iflag=fullblock conv=fsync status=none
lvchange -an "lvm0/$1"`,
};

/** A drive on each storage, with data. */
async function makeOldDrives(database: TestDatabase, member: Member): Promise<void> {
  for (const kind of MEMBER_STORAGES) {
    const taskId = await confirm(member, creation(member, kind, "old", [`old-${kind}`]));
    const state = await ended(database, taskId);
    if (state !== "done") throw new Error(`the drive on ${kind} could not be made: ${state}`);
    await member.machine.sh(["sh", "-euc", WRITE[kind], "drives", oldDrive(kind), String(SIZE)]);
  }
  await keepMember(database);
}

/**
 * A volume of the second drive's name, or a directory where its image is made aside: the last step of a creation that
 * can fail with all that was made before being taken back. Whoever holds a volume open later keeps it from that.
 */
const OBSTACLE: Record<MemberStorage, string> = {
  file: `mkdir /vm/${secondDrive("file")}.qcow2.1.new`,
  lvm: `lvcreate -y -qq -n ${secondDrive("lvm")} -L 4m lvm0`,
};

function deedsOn(member: Member, kind: MemberStorage): Record<(typeof DEEDS)[number], Deed> {
  const make = () => confirm(member, creation(member, kind, "new", ["new-1", "new-2"]));
  const ids = [oldDrive(kind)];
  return {
    made: { confirm: make },
    refused: { confirm: make, obstacle: OBSTACLE[kind], fails: `${secondDrive(kind)}.create` },
    grown: { confirm: () => confirm(member, { verb: "grow", ids, size: GROWN }) },
    deleted: { confirm: () => confirm(member, { verb: "delete", ids }) },
  };
}

/** What is deleted is wiped from now on. */
async function confirmWiping(member: Member): Promise<string> {
  const config = sql`${storages.config} || '{"wipe": true}'`;
  await db().update(storages).set({ config }).where(eq(storages.id, member.storageIds.lvm));
  return confirm(member, { verb: "delete", ids: [oldDrive("lvm")] });
}

/** Name and size of each drive, and two sums: of its first $1 bytes, and of the rest. */
const CONTENTS = `
sums() { echo "$1 $(head -c "$3" "$2" | sha256sum | cut -c 1-64) $(tail -c +"$(($3 + 1))" "$2" | sha256sum | cut -c 1-64)"; }
for image in /vm/*.qcow2; do
  [ -f "$image" ] || continue
  qemu-img convert -f qcow2 -O raw "$image" /run/data
  sums "\${image##*/} $(stat -c %s /run/data)" /run/data "$1"
  rm /run/data
done
for lv in $(lvs --noheadings -o lv_name lvm0); do
  lvchange -ay "lvm0/$lv"
  sums "$lv $(blockdev --getsize64 "/dev/lvm0/$lv")" "/dev/lvm0/$lv" "$1"
  lvchange -an "lvm0/$lv"
done`;

export interface DriveSubjects {
  subjects: Record<DriveDeed, LoopSubject>;
  before: SeenDrives;
}

/** Makes a cluster of one node with a drive on each storage, and from there each of the tasks, confirmed and not yet begun. */
export async function driveSubjects(database: TestDatabase): Promise<DriveSubjects> {
  const member = await oneMember(database);
  const { machine } = member;
  await makeOldDrives(database, member);
  const seen = async (taskId: string): Promise<SeenDrives> => {
    // Before the volumes are switched on to be read.
    const volumes = await seenVolumes(machine, taskId);
    const read = await machine.sh(["sh", "-euc", CONTENTS, "drives", String(SIZE)], { timeoutMs: 180_000 });
    return { ...volumes, contents: read.trim().split("\n") };
  };
  const before = await seen("");
  const onEach = MEMBER_STORAGES.flatMap((kind) => {
    const on = deedsOn(member, kind);
    return DEEDS.map((deed): [DriveDeed, Deed] => [`${kind}-${deed}`, on[deed]]);
  });
  const deeds = { ...Object.fromEntries(onEach), "lvm-wiped": { confirm: () => confirmWiping(member) } };
  return { subjects: await memberSubjects(database, deeds as Record<DriveDeed, Deed>, seen), before };
}
