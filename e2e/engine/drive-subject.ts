import { eq, sql } from "drizzle-orm";
import { db } from "../../lib/db/client.ts";
import { storages } from "../../lib/db/schema/index.ts";
import { FORMAT_BY_KIND } from "../../lib/domain/storage.ts";
import type { DriveRequest } from "../../lib/domain/drive-request.ts";
import { driveIdOf } from "../../lib/services/drives/ids.ts";
import { confirmDrives, previewDrives } from "../../lib/services/drives/request.ts";
import type { TestDatabase } from "./database.ts";
import { ctx } from "./join-subject.ts";
import {
  type Deed,
  ended,
  keepMember,
  type Member,
  type MemberStorage,
  type MemberSubjects,
  memberSubjects,
  type SeenVolumes,
  seenVolumes,
  well,
} from "./member-subject.ts";
import { SAN_GROUP } from "./san-subject.ts";

/** On each storage: two new drives, the same with something where the second one is to be, a larger one, one less. */
const DEEDS = ["made", "refused", "grown", "deleted"] as const;
/** And on LVM one less whose volume is wiped first. */
export type DriveDeed = `${MemberStorage}-${(typeof DEEDS)[number]}` | "lvm-wiped";

/** What a drive holds: the sums of what it had room for before it grew, and of what is behind that. */
export type SeenDrives = SeenVolumes & { contents: string[] };

const MIB = 1024 ** 2;
export const SIZE = 16 * MIB;
export const GROWN = 40 * MIB;

const keyOf = (kind: MemberStorage, which: "old" | "new") => `${which}${kind.replaceAll("-", "")}`.padEnd(16, "0");
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
  const where = { storageId: member.storageId(kind), nodeId: null, format: FORMAT_BY_KIND[kind]! };
  return { verb: "create", key: keyOf(kind, which), ...where, size: SIZE, labels };
}

const writeOn = (vg: string) => `
lvchange -ay "${vg}/$1" && seq 1 99999999 | head -c "$2" | dd of="/dev/${vg}/$1" bs=1M iflag=fullblock conv=fsync status=none
lvchange -an "${vg}/$1"`;

/** Writes a whole drive full with numbers. $1 drive, $2 bytes. */
const WRITE: Record<MemberStorage, string> = {
  file: `seq 1 99999999 | head -c "$2" >/run/data
qemu-io -f qcow2 -c "write -q -s /run/data 0 $2" "/vm/$1.qcow2" && rm /run/data`,
  lvm: writeOn("lvm0"),
  "network-lvm": writeOn(SAN_GROUP),
};

/** A drive on each storage, with data. */
async function makeOldDrives(database: TestDatabase, member: Member, kinds: readonly MemberStorage[]): Promise<void> {
  for (const kind of kinds) {
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
  "network-lvm": `lvcreate -y -qq -n ${secondDrive("network-lvm")} -L 4m ${SAN_GROUP}`,
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
  await db()
    .update(storages)
    .set({ config })
    .where(eq(storages.id, member.storageId("lvm")));
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
for lv in $(lvs --noheadings -o lv_full_name); do
  lvchange -ay "$lv"
  sums "\${lv#*/} $(blockdev --getsize64 "/dev/$lv")" "/dev/$lv" "$1"
  lvchange -an "$lv"
done`;

export type DriveSubjects = MemberSubjects<DriveDeed, SeenDrives>;

/** Makes a drive on each of these storages of a cluster, and from there each of the tasks. */
export async function driveSubjects(
  database: TestDatabase,
  member: Member,
  kinds: readonly MemberStorage[],
): Promise<DriveSubjects> {
  const { machine, machines } = member;
  await makeOldDrives(database, member, kinds);
  const seen = async (taskId: string): Promise<SeenDrives> => {
    // Before the volumes are switched on to be read.
    const volumes = await seenVolumes(machines, taskId);
    const read = await machine.sh(["sh", "-euc", CONTENTS, "drives", String(SIZE)], { timeoutMs: 180_000 });
    return { ...volumes, contents: read.trim().split("\n") };
  };
  const onEach = kinds.flatMap((kind) => {
    const on = deedsOn(member, kind);
    return DEEDS.map((deed): [DriveDeed, Deed] => [`${kind}-${deed}`, on[deed]]);
  });
  const wiped = { "lvm-wiped": { confirm: () => confirmWiping(member) } };
  const deeds = { ...Object.fromEntries(onEach), ...(kinds.includes("lvm") ? wiped : {}) };
  return memberSubjects(database, member, deeds as Record<DriveDeed, Deed>, seen);
}
