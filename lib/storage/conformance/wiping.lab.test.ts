import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DriveContext, DriveSpec } from "../contract.ts";
import { requireDriver } from "../registry.ts";
import { Backend, conformanceDown, conformancePlaces, LAYOUTS, type Layout, MIB, type Place } from "./backends.ts";
import { BEHAVIOURS, type Behaviour } from "./behaviours.ts";
import { takeBack, wentWell } from "./perform.ts";

const lvm = LAYOUTS.find(({ kind }) => kind === "lvm") as Layout;
const { drives } = requireDriver("lvm");
const says = (behaviour: Behaviour) => BEHAVIOURS[behaviour].says;

// $1 group, $2 LV: every byte of it is an x.
const WRITE = `set -e
lvchange -ay "$1/$2"
size=$(blockdev --getsize64 "/dev/$1/$2")
tr '\\0' x </dev/zero | dd of="/dev/$1/$2" bs=1M iflag=fullblock,count_bytes count="$size" oflag=direct status=none
lvchange -an "$1/$2"`;

// $1 group, $2 LV: where it lies.
const EXTENTS = 'lvs --noheadings -o seg_pe_ranges "$1/$2"';

// $1 group, $2 bytes; then where they lay. What an LV made there by hand shows: zeros, or data.
const LOOK_AGAIN = `group=$1 size=$2
shift 2
lvcreate -y -qq -Wn -Zn -n again -L "\${size}b" "$group" "$@" >&2 || exit
cmp -s -n "$size" "/dev/$group/again" /dev/zero && echo zeros || echo data
lvremove -y -qq "$group/again"`;

// Killed with all it has started as soon as it has said how far it is.
const CUT_OFF = `mkfifo /run/wiping
setsid "$@" >/run/wiping 2>&1 &
while read -r line; do
  case $line in *%*) kill -KILL -- "-$!"; break ;; esac
done </run/wiping
wait "$!"
udevadm settle`;

// $1 group, $2 LV.
const PUNCH = 'lvchange -ay "$1/$2"; fallocate -p -o 0 -l 4096 "/dev/$1/$2"';

/** A group on a device where zeros can only be written; behind its beginning, so that its PV is not seen twice. */
const PLAIN_GROUP = `set -e
truncate -s 160M /root/plain
loop=$(losetup --find --show /root/plain)
modprobe dm-flakey
dmsetup create plain --table "0 $(($(blockdev --getsz "$loop") - 16384)) flakey $loop 16384 3600 0"
vgcreate -q --metadatasize 16m plain /dev/mapper/plain
udevadm settle`;

describe("drives that are wiped when they are deleted @P04 @S17", () => {
  let place: Place;
  let backend: Backend;
  beforeAll(async () => {
    [place] = (await conformancePlaces([lvm])) as [Place];
  });
  afterAll(conformanceDown);

  const joined = async (vgName: string): Promise<Backend> => {
    const made = new Backend({ ...lvm, config: { vgName, wipe: true } }, place);
    await made.join();
    return made;
  };
  beforeEach(async () => {
    backend ??= await joined("lvm0");
  });

  let count = 0;
  /** A drive that is full of data, and where it lies. */
  const written = async (on: Backend, size = 32 * MIB): Promise<{ drive: DriveSpec; extents: string[] }> => {
    count += 1;
    const drive = { id: `dr_wiping${count}`, label: "drive", size };
    const { vgName } = on.layout.config;
    expect(await on.perform(drives.create(on.context, drive))).toSatisfy(wentWell);
    expect(await on.sh(WRITE, String(vgName), drive.id)).toMatchObject({ code: 0 });
    const { stdout } = await on.sh(EXTENTS, String(vgName), drive.id);
    return { drive, extents: stdout.trim().split(/\s+/) };
  };
  const seenAt = async (on: Backend, { drive, extents }: { drive: DriveSpec; extents: string[] }) => {
    const { vgName } = on.layout.config;
    const { code, stdout, stderr } = await on.sh(LOOK_AGAIN, String(vgName), String(drive.size), ...extents);
    return code === 0 ? stdout.trim() : stderr;
  };
  const punch = (on: Backend, { id }: DriveSpec) => on.sh(PUNCH, String(on.layout.config.vgName), id);
  const states = async (drive: DriveSpec, context: DriveContext<unknown> = backend.context) =>
    (await backend.perform(drives.remove(context, drive))).map(({ state }) => state);
  const notWiping = (): DriveContext<unknown> => ({ ...backend.context, config: { vgName: "lvm0", wipe: false } });
  const volumes = async () => (await backend.check()).volumes;

  it(says("wiped"), async () => {
    const left = await written(backend);
    expect(await states(left.drive, notWiping())).toEqual(["done"]);
    // Else zeros there would prove nothing.
    expect(await seenAt(backend, left)).toBe("data");
    const wiped = await written(backend);
    // The lab's disks know how to discard; those that don't have their own test.
    expect(await punch(backend, wiped.drive)).toMatchObject({ code: 0 });
    expect(await states(wiped.drive)).toEqual(["done", "done", "done"]);
    expect(await volumes()).toEqual([]);
    expect(await seenAt(backend, wiped)).toBe("zeros");
    expect(await states(wiped.drive)).toEqual(["skipped", "skipped", "skipped"]);
  });

  it(says("wiped-without-discard"), async () => {
    await place.node.sh(PLAIN_GROUP);
    const plain = await joined("plain");
    const wiped = await written(plain);
    expect(await punch(plain, wiped.drive)).toMatchObject({ code: 1, stderr: expect.stringContaining("unsupported") });
    expect(await plain.perform(drives.remove(plain.context, wiped.drive))).toSatisfy(wentWell);
    expect(await seenAt(plain, wiped)).toBe("zeros");
  });

  it(says("wiping-killed"), async () => {
    const free = async () => (await backend.sh(lvm.free)).stdout.trim();
    const cut = await written(backend, 320 * MIB);
    const { drive } = cut;
    const before = await free();
    const steps = drives.remove(backend.context, drive);
    expect(await backend.perform(steps.slice(0, 1))).toSatisfy(wentWell);
    await backend.sh(CUT_OFF, ...(steps[1]?.command.argv ?? []));
    expect(await volumes()).toMatchObject([{ drive: drive.id, isWiping: true, size: drive.size, isOpen: false }]);
    expect(await free()).toBe(before);
    // Nothing gets at it by its own name, not even a deletion that would not wipe, and its name is not given back.
    expect((await backend.perform(drives.activate(backend.context, drive))).at(-1)?.state).toBe("refused");
    expect(await states(drive, notWiping())).toEqual(["refused"]);
    expect(await takeBack(backend.run, steps)).toMatchObject([
      { state: "refused", output: expect.stringContaining("spindle: wiping") },
    ]);
    expect(await states(drive)).toEqual(["skipped", "done", "done"]);
    expect(await volumes()).toEqual([]);
    expect(await seenAt(backend, cut)).toBe("zeros");
  });

  it(says("wiping-refused"), async () => {
    const { drive } = await written(backend);
    const steps = drives.remove(backend.context, drive).slice(0, 1);
    expect(await backend.perform(steps)).toSatisfy(wentWell);
    expect(await volumes()).toMatchObject([{ drive: drive.id, isWiping: true }]);
    expect(await takeBack(backend.run, steps)).toEqual([]);
    expect(await volumes()).toMatchObject([{ name: drive.id, drive: drive.id, isWiping: false }]);
    const shows = 'lvchange -ay "lvm0/$1"; head -c 4 "/dev/lvm0/$1"; lvchange -an "lvm0/$1"';
    expect((await backend.sh(shows, drive.id)).stdout).toBe("xxxx");
    expect(await states(drive)).toEqual(["done", "done", "done"]);
  });
});
