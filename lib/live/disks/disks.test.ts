import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HOSTILE_STRINGS } from "../../domain/hostile-strings.ts";
import { readDisks } from "./read.ts";
import { DISKS_FRAGMENT } from "./script.ts";
import { readSmart } from "./smart.ts";

const ATA = {
  smartctl: { version: [7, 3], exit_status: 0 },
  device: { name: "/dev/sda", type: "sat", protocol: "ATA" },
  smart_support: { available: true, enabled: true },
  smart_status: { passed: true },
  temperature: { current: 34 },
  power_on_time: { hours: 21_504, minutes: 12 },
  ata_smart_attributes: {
    revision: 16,
    table: [
      { id: 5, name: "Reallocated_Sector_Ct", value: 100, worst: 100, thresh: 10, raw: { value: 8, string: "8" } },
      { id: 177, name: "Wear_Leveling_Count", value: 93, worst: 93, thresh: 0, raw: { value: 121, string: "121" } },
      { id: 197, name: "Current_Pending_Sector", value: 100, thresh: 0, raw: { value: 2, string: "2" } },
    ],
  },
};
const NVME = {
  device: { name: "/dev/nvme0", type: "nvme", protocol: "NVMe" },
  smart_status: { passed: false, nvme: { value: 4 } },
  temperature: { current: 51 },
  power_on_time: { hours: 812 },
  nvme_smart_health_information_log: { critical_warning: 4, percentage_used: 104, media_errors: 3, available_spare: 8 },
};
const SAS = {
  device: { type: "scsi", protocol: "SCSI" },
  smart_status: { passed: true },
  scsi_grown_defect_list: 0,
  temperature: { current: 29 },
};
const message = (string: string) => ({ smartctl: { exit_status: 2, messages: [{ string, severity: "error" }] } });

describe("SMART @P03", () => {
  it.each([
    ["ATA", ATA, { health: "passed", reallocated: 8, pending: 2, wear: 0.07, temperature: 34, powerOnHours: 21_504 }],
    ["NVMe", NVME, { health: "failed", wear: 1.04, mediaErrors: 3, temperature: 51, reallocated: null, pending: null }],
    ["SAS", SAS, { health: "passed", reallocated: 0, powerOnHours: null, wear: null }],
    ["a disk without SMART", { smart_support: { available: false } }, { health: "unknown", temperature: null }],
  ])("%s: what it says, and null for what it does not", (_name, json, expected) => {
    expect(readSmart(JSON.stringify(json))).toMatchObject(expected);
  });

  it.each([
    ["asleep", message("Device is in STANDBY mode, exit(2)")],
    ["no-smart", { smart_support: { available: false } }],
    ["unread", message("Smartctl open device: /dev/sdb failed: Permission denied")],
    ["silent", {}],
  ])("unknown has a reason: %s", (reason, json) => {
    expect(readSmart(JSON.stringify(json))).toMatchObject({
      health: "unknown",
      reason: { key: `node.disks.${reason}` },
    });
  });

  it.each([
    ["cut off", '{"smart_status": {"pas'],
    ["no JSON", "Segmentation fault"],
    ["nothing", ""],
    ["another shape", '{"smart_status": "yes", "temperature": {"current": "hot"}, "power_on_time": {"hours": -1}}'],
    ["absurd", '{"temperature": {"current": 1e9}, "scsi_grown_defect_list": 1e300}'],
  ])("an answer that is %s is unknown, with no figure made up", (_name, output) => {
    const { health, reason, ...figures } = readSmart(output);
    expect([health, reason?.key]).toEqual(["unknown", "node.disks.silent"]);
    expect(Object.values(figures).every((value) => value === null)).toBe(true);
  });
});

const LSBLK = {
  blockdevices: [
    { name: "zram0", kname: "zram0", type: "disk", size: 0, rota: false, mountpoints: [null] },
    { name: "sr0", kname: "sr0", type: "rom", size: 1024, rota: true, mountpoints: [null] },
    {
      ...{ name: "sda", kname: "sda", type: "disk", size: 2 ** 40, rota: true, model: "ST1000 ", serial: "Z1D" },
      ...{ tran: "sata", fstype: null, mountpoints: [null] },
      children: [
        {
          name: "sda1",
          kname: "sda1",
          type: "part",
          size: 512,
          rota: true,
          fstype: "vfat",
          mountpoints: ["/boot/efi"],
        },
        {
          ...{ name: "sda2", kname: "sda2", type: "part", size: 2 ** 39, fstype: "LVM2_member", mountpoints: [null] },
          children: [{ name: "lvm0-web", kname: "dm-0", type: "lvm", size: 2 ** 30, mountpoints: [null] }],
        },
      ],
    },
    { name: "vda", kname: "vda", type: "disk", size: "8589934592", rota: "0", fstype: "ext4", mountpoints: ["/"] },
  ],
};

/** The check's lines as the probe passes them on. */
function lines(...parts: [string, unknown][]): string[] {
  return parts.flatMap(([name, content]) => [
    `@ ${name}`,
    ...(typeof content === "string" ? content : JSON.stringify(content, null, 1)).split("\n").filter(Boolean),
  ]);
}

const read = (...parts: [string, unknown][]) => readDisks({ code: 0, lines: lines(...parts), durationMs: 5 });

describe("a node's disks @P03", () => {
  it("are told by name, the name that stays, size and kind, with what lies on each", () => {
    const ids = "wwn-0x5000 ../../sda\nata-ST1000_Z1D ../../sda\nata-ST1000_Z1D-part1 ../../sda1";
    const look = read(["lsblk", LSBLK], ["ids", ids], ["smart sda", ATA], ["smart vda", {}]);
    if (!("report" in look)) throw new Error("no report");
    const [sda, vda, ...rest] = look.report.disks;
    expect(rest).toEqual([]);
    expect(sda).toMatchObject({
      name: "sda",
      byId: "ata-ST1000_Z1D",
      model: "ST1000",
      serial: "Z1D",
      rotational: true,
    });
    expect(sda?.uses.map((use) => [use.name, use.fileSystem, use.mounts])).toEqual([
      ["sda1", "vfat", ["/boot/efi"]],
      ["sda2", "LVM2_member", []],
      ["lvm0-web", null, []],
    ]);
    expect(sda?.smart?.health).toBe("passed");
    expect(vda).toMatchObject({ size: 8_589_934_592, rotational: false, model: null, byId: null });
    expect(vda?.uses).toEqual([{ name: "vda", type: "disk", fileSystem: "ext4", mounts: ["/"] }]);
    expect(look.report.hasSmartctl).toBe(true);
  });

  it("without smartctl none has a health, not even an unknown one, and the report says so", () => {
    const look = read(["lsblk", LSBLK], ["ids", ""], ["no-smartctl", ""]);
    if (!("report" in look)) throw new Error("no report");
    expect(look.report.hasSmartctl).toBe(false);
    expect(look.report.disks.map((disk) => disk.smart)).toEqual([null, null]);
  });

  it.each([
    ["late", { code: null, lines: [], durationMs: 0 }, "late"],
    ["cut off", { code: 0, lines: ["@ lsblk", "{"], durationMs: 0 }, "failed"],
    ["empty", { code: 1, lines: [], durationMs: 0 }, "failed"],
    ["of another shape", { code: 0, lines: ["@ lsblk", '{"blockdevices": 3}'], durationMs: 0 }, "failed"],
  ])("a look that is %s is a problem in words, not an empty list", (_name, raw, key) => {
    expect(readDisks(raw)).toEqual({ problem: { key: `node.disks.${key}` } });
  });

  it.each(HOSTILE_STRINGS.map((value) => [value]))("a disk that calls itself %j stays one disk", (value) => {
    const blockdevices = [{ name: "sda", kname: "sda", type: "disk", size: 1, model: value, serial: value }];
    const look = read(["lsblk", JSON.stringify({ blockdevices })]);
    expect("report" in look && look.report.disks).toHaveLength(1);
  });
});

describe("the check", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "spindle-disks-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function tool(name: string, script: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }

  function check(): string[] {
    const script = `${DISKS_FRAGMENT.script}\ncheck_disks`;
    const { stdout } = spawnSync("env", ["-i", `PATH=${folder}:/usr/bin:/bin`, "sh", "-c", script]);
    return stdout.toString().split("\n").filter(Boolean);
  }

  it("asks each disk of the node itself, and none that another machine serves", () => {
    const rows = "sda disk sata\\nsda1 part sata\\nsdb disk iscsi\\nnvme0n1 disk nvme\\nrbd0 disk \\nvda disk virtio";
    tool("lsblk", `case "$*" in *-J*) echo '{"blockdevices": []}' ;; *) printf '${rows}\\n' ;; esac`);
    tool("smartctl", 'echo "{\\"asked\\": \\"$*\\"}"');
    const asked = check().filter((line) => line.startsWith("@ smart"));
    expect(asked).toEqual(["@ smart sda", "@ smart nvme0n1", "@ smart vda"]);
    expect(check()).toContain('{"asked": "--json -n standby -i -H -A /dev/sda"}');
  });

  it("ends without a list where lsblk fails", () => {
    tool("lsblk", "exit 32");
    expect(check()).toEqual(["@ lsblk"]);
  });
});
