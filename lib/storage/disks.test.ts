import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { disks as sentences } from "../messages/en/disks.ts";
import { LIST_SCRIPT } from "./disk-script.ts";
import { diskFailures, disksCommand, isUnused, proveDisk, readDisks, type UnusedDisk, useText } from "./disks.ts";

const section = (title: string, ...lines: string[]) =>
  `\u001e${title}\u001f${lines.map((line) => `${line}\n`).join("")}`;
const answer = (...blocks: string[]) => `${blocks.join("")}\u001eend\u001f`;

/** As the script prints a disk of the lab; the signatures are what `blkid -p` and `wipefs -n` say of real ones. */
const UNUSED = section(
  "disk:sdb",
  "size 4294967296",
  "serial 0QEMU_QEMU_HARDDISK_n1-disk2",
  "wwn 0x5000c500a1b2c3d4",
  "model QEMU_HARDDISK",
  "link scsi-0QEMU_QEMU_HARDDISK_n1-disk2",
  "link wwn-0x5000c500a1b2c3d4",
  "link lvm-pv-uuid-mOT8rW-Ijxu-jDgS-as2k-I0yZ-qNLd-B82NlB",
);
const used = (name: string, ...lines: string[]) =>
  section(
    `disk:${name}`,
    ...["size 8589934592", `serial ${name}`, "wwn ", "model X", `link scsi-${name}`],
    ...lines.map((line) => `used ${line}`),
  );

describe("disks of a node @B04", () => {
  it("an unused one is known by the name that is its own, not by how it is plugged in, nor by what is on it", () => {
    const [disk] = readDisks(answer(UNUSED));
    expect(disk).toMatchObject({ name: "sdb", link: "/dev/disk/by-id/wwn-0x5000c500a1b2c3d4", size: 4294967296 });
    expect(isUnused(disk!)).toBe(true);
  });

  it.each([
    ["mounted /"],
    ["swap"],
    ["holder dm-3"],
    ["partition sda1"],
    ["fstab /dev/disk/by-id/scsi-x"],
    ["crypttab /dev/sda"],
    ["multipath"],
    ["network"],
    ["table gpt"],
    ['signature UUID="95870c28-7eb9-410c-80dd-39269944e926" VERSION="1" TYPE="swap" USAGE="other"'],
    [
      'signature UUID="34155dd3-7b9e-4093-aca2-489846e831dc" VERSION="1.0" BLOCK_SIZE="1024" TYPE="ext4" USAGE="filesystem"',
    ],
    ["signature LVM2_member"],
    ["read-only"],
    ["removable"],
    ["no-size"],
    ["silent"],
    ["unreadable blkid: error: /dev/sda: Input/output error"],
    ["something that a later release says"],
  ])("one with %j is not, and the finding has its sentence", (line) => {
    const [disk] = readDisks(answer(used("sda", line)));
    expect(isUnused(disk!)).toBe(false);
    const { key } = useText(disk!.used[0]!);
    expect(sentences.used).toHaveProperty(key.replace("disks.used.", ""));
  });

  it("one without a name that follows it, or without a size, is not", () => {
    const nameless = section("disk:sdc", "size 4096", "serial ", "wwn ", "model ");
    const sizeless = section("disk:sdd", "size x", "serial s", "wwn ", "model ", "link scsi-s");
    for (const disk of readDisks(answer(nameless, sizeless)))
      expect([disk.name, isUnused(disk)]).toEqual([disk.name, false]);
  });

  it("a name that is no plain word is none", () => {
    const odd = section(
      "disk:sdb",
      "size 4096",
      "serial s",
      "wwn ",
      "model m",
      "link scsi-a b;reboot",
      "link scsi-\u202ex",
    );
    expect(readDisks(answer(odd))[0]).toMatchObject({ link: null });
  });

  it("an answer that was cut off is no answer", () => {
    expect(() => readDisks(UNUSED)).toThrow();
  });

  it("the look reads this machine's own disks without an error, and takes none that is mounted for unused", () => {
    const { stdout, status } = spawnSync("sh", ["-c", LIST_SCRIPT], { encoding: "utf8" });
    expect(status).toBe(0);
    for (const disk of readDisks(stdout))
      if (disk.used.some(({ what }) => what === "mounted")) expect(isUnused(disk)).toBe(false);
  });

  it("the proof names the disk, its serial number, WWN and size, and refuses what is not there", () => {
    const [disk] = readDisks(answer(UNUSED));
    const { command } = proveDisk(disk as UnusedDisk);
    expect(command.argv.slice(-4)).toEqual([
      "/dev/disk/by-id/wwn-0x5000c500a1b2c3d4",
      ...["0QEMU_QEMU_HARDDISK_n1-disk2", "0x5000c500a1b2c3d4", "4294967296"],
    ]);
    const [program = "", ...args] = command.argv;
    const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
    expect([status, diskFailures(disk as UnusedDisk).find(({ match }) => stdout.includes(match))?.message.key]).toEqual(
      [1, "disks.failed.disk-gone"],
    );
  });

  it("nothing in a look writes: no tool is told to wipe or to force", () => {
    const script = disksCommand().argv.join("\n");
    for (const line of script.split("\n").filter((each) => each.includes("wipefs -")))
      expect(line).toContain("wipefs -n");
    expect(script).not.toMatch(/wipefs (?!-n)|--force|mkfs|pvcreate|blkid (?!-p)/);
  });
});
