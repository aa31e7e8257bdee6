import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Command } from "../../../domain/plan.ts";
import { networkLvmConfig } from "./config.ts";
import { lookForLeftovers } from "./leftovers-look.ts";
import { WAIT_FOR_LUN } from "./lun-script.ts";
import { multipathSteps, noMultipathSteps } from "./multipath-steps.ts";
import { NETWORK_LVM_SCRIPT } from "./probe-script.ts";
import { nodeStateCommand, readNodeState } from "./node-state.ts";
import { readSan } from "./probe.ts";
import { HAS_LUN, RESCAN_LUN, SCAN_LUN } from "./scan-script.ts";
import { ALL_LOGGED_IN, DROP_LUN, LOG_IN, LOG_OUT, NO_SESSION, UNUSED_LUN } from "./session-script.ts";

const TARGET = "iqn.2026-01.lab.host:san1";
const WWID = "360000000000000000e00000000010001";
const KERNEL = `naa.${WWID.slice(1)}`;
const GIB_SECTORS = 2097152;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spindle-sysfs-"));
  for (const path of ["sys/class/iscsi_session", "sys/class/block", "dev", "etc"])
    mkdirSync(join(folder, path), { recursive: true });
  symlinkSync("/dev/null", join(folder, "dev/null"));
  file("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw");
  program("udevadm", "exit 0");
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(path: string, text = ""): void {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, `${text}\n`);
}

function program(name: string, body: string): void {
  file(`bin/${name}`, `#!/bin/sh\n${body}`);
  chmodSync(join(folder, "bin", name), 0o755);
}

function session(number: number, change: { state?: string; address?: string; target?: string } = {}): void {
  const { state = "LOGGED_IN", address = `10.0.0.${number}`, target = TARGET } = change;
  file(`sys/class/iscsi_session/session${number}/targetname`, target);
  file(`sys/class/iscsi_session/session${number}/state`, state);
  file(`sys/class/iscsi_connection/connection${number}:0/persistent_address`, address);
  file(`sys/class/iscsi_connection/connection${number}:0/persistent_port`, "3260");
}

/** A disk on a session, or on something else (0). */
function disk(name: string, on: number, change: { wwid?: string; state?: string; sectors?: number } = {}): string {
  const place = on === 0 ? `sys/devices/ata1/${name}` : `sys/devices/host${on}/session${on}/target0/block/${name}`;
  file(`${place}/device/wwid`, change.wwid ?? KERNEL);
  file(`${place}/device/state`, change.state ?? "running");
  file(`${place}/size`, String(change.sectors ?? GIB_SECTORS));
  file(`${place}/dev`, `8:${name.charCodeAt(2)}`);
  symlinkSync(join(folder, place), join(folder, "sys/class/block", name));
  return place;
}

function multipath(
  change: { wwid?: string; suspended?: string; sectors?: number; slaves?: string[]; device?: string } = {},
): void {
  const place = `sys/class/block/${change.device ?? "dm-28"}`;
  file(`${place}/dm/uuid`, `mpath-${change.wwid ?? WWID}`);
  // As it is called where names are to be friendly.
  file(`${place}/dm/name`, "mpatha");
  file(`${place}/dm/suspended`, change.suspended ?? "0");
  file(`${place}/size`, String(change.sectors ?? GIB_SECTORS));
  file(`${place}/dev`, "253:28");
  for (const slave of change.slaves ?? ["sdb", "sdc"]) file(`${place}/slaves/${slave}/x`);
}

/** A mapped device on a disk. */
function held(name: string, by: string, uuid: string): void {
  file(`sys/class/block/${name}/holders/dm-30/dm/name`, by);
  file(`sys/class/block/${name}/holders/dm-30/dm/uuid`, uuid);
}

/** Two portals, a path on each, and multipath above them. */
function healthy(): void {
  session(1);
  session(2);
  disk("sdb", 1);
  disk("sdc", 2);
  multipath();
}

/** A script on the node of the test's folder. */
function sh(script: string, ...words: string[]) {
  const moved = [
    "/sys/class",
    "/proc/self/mountinfo",
    "/etc/iscsi",
    "/var/lib/iscsi",
    "/etc/multipath",
    "/dev/",
  ].reduce((text, path) => text.replaceAll(path, folder + path), script);
  const argv = ["-i", `PATH=${folder}/bin:/usr/bin:/bin`, "sh", "-c", moved, "spindle", ...words];
  const { status, stdout, stderr } = spawnSync("env", argv, { encoding: "utf8" });
  return { status, said: stdout + stderr, lines: stdout.split("\n").filter((line) => line !== "") };
}

const probe = () => {
  const script = `${NETWORK_LVM_SCRIPT}\ncheck_lvm() { echo asked "$@"; }\ncheck_network_lvm "$@"`;
  return sh(script, TARGET, WWID, KERNEL, "net0", "VG");
};

describe("what the probe reads of sessions and paths", () => {
  it("all of a target's, and LVM is asked", () => {
    healthy();
    session(3, { target: "another" });
    disk("sdd", 0);
    disk("sde", 1, { wwid: "naa.6other" });
    const { status, lines } = probe();
    expect([status, lines.at(-1)]).toEqual([0, "asked net0 VG"]);
    expect(readSan(lines)).toEqual({
      sessions: [
        { number: "1", state: "LOGGED_IN", address: "10.0.0.1", port: 3260 },
        { number: "2", state: "LOGGED_IN", address: "10.0.0.2", port: 3260 },
      ],
      luns: [
        {
          wwid: WWID,
          paths: [
            { name: "sdb", state: "running", size: 2 ** 30, session: "1" },
            { name: "sdc", state: "running", size: 2 ** 30, session: "2" },
          ],
          device: { name: "dm-28", isSuspended: false, size: 2 ** 30 },
        },
      ],
    });
  });

  it("of several LUNs each by itself; LVM is asked once all are up", () => {
    const second = `${WWID.slice(0, -1)}2`;
    const both = (names: string) => names.split(" ");
    const asked = () => {
      const script = `${NETWORK_LVM_SCRIPT}\ncheck_lvm() { echo asked "$@"; }\ncheck_network_lvm "$@"`;
      return sh(script, TARGET, `${WWID},${second}`, `${KERNEL},naa.${second.slice(1)}`, "net0");
    };
    healthy();
    const { status, lines } = asked();
    expect([status, readSan(lines).luns.map(({ wwid, paths }) => [wwid, paths.length])]).toEqual([
      6,
      [
        [WWID, 2],
        [second, 0],
      ],
    ]);
    disk("sdd", 1, { wwid: `naa.${second.slice(1)}` });
    multipath({ wwid: second, device: "dm-29", slaves: both("sdd") });
    const up = asked();
    expect([up.status, up.lines.at(-1)]).toEqual([0, "asked net0"]);
    expect(readSan(up.lines).luns.map(({ device }) => device?.name)).toEqual(["dm-28", "dm-29"]);
  });

  it("on which sectors of the LUN the group's maps lie, and no other's", () => {
    healthy();
    const uuid = "U".repeat(32);
    file("sys/class/block/dm-40/dm/uuid", `LVM-VG${uuid}-real`);
    file("sys/class/block/dm-40/dev", "253:40");
    program(
      "dmsetup",
      "printf '%s\\n' 'net0-a: 0 1000 linear 253:28 34816' 'net0-a: 1000 24 linear 253:28 90000' 'net0-b: 0 8 linear 253:40 0' 'net0-a: 0 8 linear 8:28 0' 'other-a: 0 8 linear 253:28 0'",
    );
    file("run/c.maps", `LVM-VG${uuid} net0-a 0 253:28\nLVM-VG${uuid} net0-b 0 253:40\nLVM-XX${uuid} other-a 0 253:28`);
    const script = `own=${folder}/run/c\n${NETWORK_LVM_SCRIPT}\ncheck_lvm() { return 1; }\ncheck_network_lvm "$@"`;
    const { status, lines } = sh(script, TARGET, WWID, KERNEL, "n", "V-G", "P", "VG");
    expect([status, lines.filter((line) => line.startsWith("seg "))]).toEqual([
      1,
      [`seg net0-a ${WWID} 34816 1000`, `seg net0-a ${WWID} 90000 24`],
    ]);
  });

  const SILENT: [string, () => void][] = [
    ["no session", () => multipath()],
    ["sessions that are down", () => [session(1, { state: "FAILED" }), disk("sdb", 1), multipath()]],
    ["no path", () => [session(1), multipath()]],
    ["a path that is off", () => [session(1), disk("sdb", 1, { state: "transport-offline" }), multipath()]],
    [
      "a path that runs on another session than the one that is up",
      () => [session(1), session(2, { state: "FAILED" }), disk("sdc", 2), multipath()],
    ],
    ["no multipath device", () => [session(1), disk("sdb", 1)]],
    ["one that stands still", () => [session(1), disk("sdb", 1), multipath({ suspended: "1" })]],
    ["another LUN's", () => [session(1), disk("sdb", 1), multipath({ wwid: "36other" })]],
  ];
  it.each(SILENT)("with %s LVM is not asked: it would wait", (_what, make) => {
    make();
    const { status, lines } = probe();
    expect(status).toBe(6);
    expect(lines.join()).not.toContain("asked");
  });

  it("one path of two is enough", () => {
    session(1, { state: "FAILED" });
    session(2);
    disk("sdb", 1, { state: "transport-offline" });
    disk("sdc", 2);
    multipath();
    expect(probe().status).toBe(0);
  });

  it("the watch sees a session that changes", () => {
    healthy();
    const watch = `${NETWORK_LVM_SCRIPT}\nwatch_lvm() { seen=$1; }\nwatch_network_lvm "$@"; echo "$seen"`;
    const look = () => sh(watch, TARGET, WWID, KERNEL, "net0").lines;
    expect(look()).toEqual(["net0LOGGED_IN,LOGGED_IN,"]);
    session(2, { state: "FAILED" });
    expect(look()).toEqual(["net0LOGGED_IN,FAILED,"]);
  });
});

describe("waiting for a LUN", () => {
  const wait = (size = 2 ** 30) => sh(WAIT_FOR_LUN, WWID, KERNEL, String(size), "0");

  it.each([
    ["no path", () => session(1), "lun-gone"],
    ["no multipath device", () => [session(1), disk("sdb", 1)], "no-multipath"],
  ])("ends with %s", (_what, make, word) => {
    make();
    expect(wait()).toMatchObject({ status: 1, said: expect.stringContaining(`spindle: ${word}`) });
  });
});

describe("logging in and out", () => {
  const portals = ["10.0.0.1", "3260", "10.0.0.1:3260", "10.0.0.2", "3260", "10.0.0.2:3260"];
  const asked = () =>
    existsSync(join(folder, "asked")) ? readFileSync(join(folder, "asked"), "utf8").trim().split("\n") : [];
  const iscsiadm = (answer: string) => program("iscsiadm", `echo "$@" >>"${folder}/asked"\n${answer}`);

  it("only where there is no session yet", () => {
    session(1);
    iscsiadm("exit 0");
    expect(sh(LOG_IN, TARGET, ...portals)).toMatchObject({ status: 0, lines: ["sessions 2"] });
    expect(asked()).toEqual([`-m node -T ${TARGET} -p 10.0.0.2:3260 --login`]);
    expect(sh(ALL_LOGGED_IN, TARGET, "10.0.0.1", "3260").status).toBe(0);
    expect(sh(ALL_LOGGED_IN, TARGET, "10.0.0.1", "3260", "10.0.0.2", "3260").status).not.toBe(0);
  });

  it("one portal that does not answer is said; none is a failure", () => {
    session(1);
    iscsiadm("echo 'no answer' >&2; exit 8");
    expect(sh(LOG_IN, TARGET, ...portals)).toMatchObject({ status: 0, lines: ["no answer", "sessions 1"] });
    rmSync(join(folder, "sys/class/iscsi_session/session1"), { recursive: true });
    expect(sh(LOG_IN, TARGET, ...portals).status).toBe(1);
  });

  const out = () => sh(LOG_OUT, TARGET, WWID, KERNEL, "10.0.0.1:3260", "10.0.0.2:3260");

  it("takes the multipath device first, then every session", () => {
    healthy();
    iscsiadm("exit 0");
    program("multipath", `echo multipath "$@" >>"${folder}/asked"`);
    expect(out().status).toBe(0);
    expect(asked()).toEqual([
      "multipath -f mpatha",
      `-m node -T ${TARGET} -p 10.0.0.1:3260 --logout`,
      `-m node -T ${TARGET} -p 10.0.0.2:3260 --logout`,
    ]);
  });

  const USED: [string, () => void][] = [
    ["holds for another device", () => held("sdd", "data", "CRYPT-x")],
    ["holds a partition of", () => file("sys/class/block/sdd/sdd1/holders/dm-30/x")],
    ["has mounted", () => file("proc/self/mountinfo", "30 1 8:100 / /mnt rw - ext4 /dev/sdd rw")],
    ["has mounted a partition of", () => file("proc/self/mountinfo", "30 1 8:113 / /mnt rw - ext4 /dev/sdd1 rw")],
    ["has in a pool", () => program("perl", "exit 1")],
    ["does not let be opened", () => rmSync(join(folder, "dev/sdd"))],
  ];
  it.each(USED)(
    "leaves a session where the node %s another LUN's disk, and takes its own disks off it",
    (_what, use) => {
      healthy();
      disk("sdd", 1, { wwid: "naa.6other" });
      file("sys/class/block/sdd/sdd1/dev", "8:113");
      file("dev/sdd");
      use();
      iscsiadm("exit 0");
      program("multipath", "exit 0");
      expect(out()).toMatchObject({
        status: 0,
        said: expect.stringContaining("session 1 stays: sdd is another LUN's"),
      });
      expect(asked()).toEqual([]);
      for (const name of ["sdb", "sdc"])
        expect(readFileSync(join(folder, "sys/class/block", name, "device/delete"), "utf8").trim()).toBe("1");
    },
  );

  it("ends a session with disks of other LUNs that nothing uses; those of one that is down are not opened", () => {
    healthy();
    session(2, { state: "FAILED" });
    for (const number of [1, 2]) disk(`sd${"cde"[number]}`, number, { wwid: "naa.6other" });
    for (const name of ["sdd", "sde"]) file(`dev/${name}`);
    program("perl", `echo open "$4" >>"${folder}/asked"`);
    iscsiadm("exit 0");
    program("multipath", "exit 0");
    expect(out().status).toBe(0);
    expect(asked()).toEqual([
      `open ${folder}/dev/sdd`,
      `-m node -T ${TARGET} -p 10.0.0.1:3260 --logout`,
      `-m node -T ${TARGET} -p 10.0.0.2:3260 --logout`,
    ]);
  });

  it("is a failure where the device is held, or a session does not end", () => {
    healthy();
    iscsiadm("echo stuck; exit 9");
    program("multipath", "exit 1");
    expect(out().status).toBe(1);
    program("multipath", "exit 0");
    expect(out()).toMatchObject({ status: 1, said: expect.stringContaining("stuck") });
  });

  it("is done once nothing of the LUN is there", () => {
    expect(sh(NO_SESSION, TARGET, WWID, KERNEL).status).toBe(0);
    session(7, { address: "10.0.0.9" });
    expect(sh(NO_SESSION, TARGET, WWID, KERNEL).status).not.toBe(0);
    healthy();
    expect(sh(NO_SESSION, TARGET, WWID, KERNEL).status).not.toBe(0);
  });
});

it("what the panel has on a node is found, whoever needs it, and nothing of others @P16", async () => {
  healthy();
  held("dm-28", "old-a", "LVM-x");
  file("etc/iscsi/nodes/iqn.own/10.0.0.1,3260,1/default", "# spindle pa_1 0123\nnode.name = iqn.own");
  file("etc/iscsi/nodes/iqn.flat/fe80::1,3261", "# spindle pa_1 0123");
  file("etc/iscsi/nodes/iqn.other/10.0.0.1,3260,1/default", "node.name = iqn.other");
  file("etc/iscsi/nodes/iqn.panel2/10.0.0.1,3260,1/default", "# spindle pa_2 0123");
  file("etc/multipath/conf.d/spindle-st_1.conf", "multipaths {\n}");
  file("etc/multipath/conf.d/admin.conf", "x");
  file("marks/st_1", `panel pa_1\ntarget ${TARGET}\nwwid ${WWID}`);
  program("dmsetup", "true");
  const read = async ({ argv: [, , script = "", , panel = ""] }: Command) => {
    const { lines, status } = sh(script, panel, join(folder, "marks"));
    return { code: status ?? 1, stdout: lines.join("\n"), stderr: "", durationMs: 0 };
  };
  expect(await lookForLeftovers(read, { panelId: "pa_1", target: "n", kept: [] })).toEqual({
    marks: [{ storageId: "st_1", target: TARGET, wwids: [WWID] }],
    records: [
      { target: "iqn.flat", address: "fe80::1", port: 3261 },
      { target: "iqn.own", address: "10.0.0.1", port: 3260 },
    ],
    ...{ sessions: [TARGET], holders: [{ wwid: WWID, name: "old-a" }], maps: [], lvs: {} },
    dropIns: [{ name: "spindle-st_1.conf", text: "multipaths {\n}" }],
  });
});

describe("giving a LUN to multipath", () => {
  const owner = { panelId: "pa_1", clusterId: "cl", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 };
  const config = networkLvmConfig.parse({ portals: "10.0.0.1", target: TARGET, wwid: WWID, waitSeconds: 60 });
  const place = { config, owner, target: "n" };
  const step = (id: string) => {
    const steps = [...multipathSteps(place, WWID), ...noMultipathSteps(place, WWID)];
    const found = steps.find((one) => one.id === id);
    if (!found) throw new Error(id);
    return found;
  };
  const perform = ({ argv: [, , script = "", , ...words] }: Command) => sh(script, ...words);
  const list = () => readFileSync(join(folder, "etc/multipath/wwids"), "utf8").trim().split("\n");
  const isDone = (id: string) => {
    const { command, code = 0 } = step(id).alreadyDone ?? { command: { argv: [] } };
    const [program_ = "", ...words] = command.argv;
    const moved = words.map((word) => word.replace("/etc/multipath", `${folder}/etc/multipath`));
    return (program_ === "sh" ? perform(command).status : spawnSync(program_, moved).status) === code;
  };
  beforeEach(() => {
    program("systemctl", "exit 0");
    program("multipathd", `echo "$@" >>"${folder}/asked"`);
  });

  it("adds it to multipath's list once, and takes it from there alone", () => {
    file("etc/multipath/wwids", "# Multipath wwids, Version : 1.0\n/36other/");
    expect(isDone("claim")).toBe(false);
    for (const _ of [1, 2]) expect(perform(step("claim").command).status).toBe(0);
    expect(list()).toEqual(["# Multipath wwids, Version : 1.0", "/36other/", `/${WWID}/`]);
    expect(isDone("claim")).toBe(true);
    expect(isDone("disclaim")).toBe(false);
    expect(perform(step("disclaim").command).status).toBe(0);
    expect(list()).toEqual(["# Multipath wwids, Version : 1.0", "/36other/"]);
    expect(isDone("disclaim")).toBe(true);
  });

  it("makes the list where there is none, and starts multipathd where it does not run", () => {
    program("systemctl", `[ "$1" = start ] && echo started >>"${folder}/asked"`);
    expect(perform(step("claim").command).status).toBe(0);
    expect(list()).toEqual([`/${WWID}/`]);
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("started\nreconfigure\n");
  });

  it("takes it from the list also where multipathd does not answer, and says that", () => {
    perform(step("claim").command);
    program("multipathd", "echo 'error receiving packet' >&2; exit 1");
    const { status, said } = perform(step("disclaim").command);
    expect(status).toBe(0);
    expect(isDone("disclaim")).toBe(true);
    expect(said).toContain("error receiving packet");
    expect(said).toContain("multipathd has not read its settings anew: exit 1");
  });

  it("keeps it while the LUN is there", () => {
    perform(step("claim").command);
    multipath();
    expect(perform(step("disclaim").command).status).toBe(1);
    expect(list()).toContain(`/${WWID}/`);
  });
});

describe("a LUN that has grown, or is new", () => {
  const GROWN = 2 * GIB_SECTORS;
  const bytes = (sectors: number) => String(sectors * 512);
  const size = (place: string, sectors: number) => writeFileSync(join(folder, place, "size"), `${sectors}\n`);
  const link = () => symlinkSync("/dev/null", join(folder, `dev/disk/by-id/dm-uuid-mpath-${WWID}`));

  beforeEach(() => {
    healthy();
    mkdirSync(join(folder, "dev/disk/by-id"), { recursive: true });
    program("multipathd", `echo "$@" >>"${folder}/asked"`);
  });

  it("is asked for on every path, and refused while one shows another size", () => {
    size("sys/devices/host1/session1/target0/block/sdb", GROWN);
    const { status, said } = sh(RESCAN_LUN, WWID, KERNEL, bytes(GROWN));
    expect([status !== 0, said]).toEqual([true, expect.stringContaining("other-size sdc")]);
    expect(readFileSync(join(folder, "sys/class/block/sdb/device/rescan"), "utf8")).toBe("1\n");
    expect(existsSync(join(folder, "asked"))).toBe(false);
  });

  it("is refused while a path is down: it would be left out afterwards", () => {
    file("sys/devices/host2/session2/target0/block/sdc/device/state", "transport-offline");
    expect(sh(RESCAN_LUN, WWID, KERNEL, bytes(GROWN)).said).toContain("path-down sdc");
  });

  it("has its multipath device made as large, by the name it has there", () => {
    for (const [name, on] of [
      ["sdb", 1],
      ["sdc", 2],
    ] as const)
      size(`sys/devices/host${on}/session${on}/target0/block/${name}`, GROWN);
    sh(RESCAN_LUN, WWID, KERNEL, bytes(GROWN));
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("resize map mpatha\n");
  });

  it("that is that large already is not touched", () => {
    link();
    sh(RESCAN_LUN, WWID, KERNEL, bytes(GIB_SECTORS));
    expect(existsSync(join(folder, "asked"))).toBe(false);
  });

  it("is looked for by the hosts of sessions to that target that are up", () => {
    session(3, { target: "another" });
    session(4, { state: "FAILED" });
    for (const number of [1, 2, 3, 4]) {
      const place = join(folder, `sys/class/iscsi_session/session${number}`);
      const real = join(folder, `sys/devices/platform/host${number}/session${number}/iscsi_session/session${number}`);
      mkdirSync(dirname(real), { recursive: true });
      renameSync(place, real);
      symlinkSync(real, place);
      file(`sys/class/scsi_host/host${number}/scan`);
    }
    expect(sh(SCAN_LUN, TARGET, WWID, KERNEL).status).toBe(0);
    const asked = [1, 2, 3, 4].map((number) =>
      readFileSync(join(folder, `sys/class/scsi_host/host${number}/scan`), "utf8"),
    );
    expect(asked).toEqual(["- - -\n", "- - -\n", "\n", "\n"]);
    expect(existsSync(join(folder, "asked"))).toBe(false);
  });

  it("that multipath has not taken makes it look at all disks anew", () => {
    rmSync(join(folder, "sys/class/block/dm-28"), { recursive: true });
    expect(sh(SCAN_LUN, TARGET, WWID, KERNEL).status).toBe(0);
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("reconfigure\n");
    expect(sh(HAS_LUN, WWID, KERNEL, bytes(GIB_SECTORS)).said).toContain("no-multipath");
  });

  it("is let go: its device, then its disks, and no other", () => {
    program("multipath", `echo "$@" >>"${folder}/asked"`);
    disk("sdd", 1, { wwid: "naa.6other" });
    expect(sh(DROP_LUN, WWID, KERNEL).status).toBe(0);
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("-f mpatha\n");
    const deleted = ["sdb", "sdc", "sdd"].map((name) =>
      existsSync(join(folder, `sys/class/block/${name}/device/delete`)),
    );
    expect(deleted).toEqual([true, true, false]);
  });
});

describe("whether a LUN is unused", () => {
  it.each([
    ["nothing", () => {}, 0],
    ["an LV", () => file("sys/class/block/dm-28/holders/dm-30/dm/name", "net0-dr_1"), 1],
    ["a mount", () => file("proc/self/mountinfo", "30 1 253:28 / /mnt rw - ext4 /dev/mapper/x rw"), 1],
    ["multipath alone on a path of it", () => held("sdb", "mpatha", `mpath-${WWID}`), 0],
    ["an LV beside multipath on a path of it", () => held("sdb", "net0-dr_1", "LVM-x"), 1],
    ["a mount of a path", () => file("proc/self/mountinfo", "30 1 8:98 / /mnt rw - ext4 /dev/sdb rw"), 1],
  ])("%s on it", (_what, make, status) => {
    healthy();
    make();
    expect(sh(UNUSED_LUN, WWID, KERNEL).status).toBe(status);
  });
});

describe("what a node has of a target already", () => {
  const state = () => {
    const { argv } = nodeStateCommand({ target: TARGET, wwid: WWID, vgName: "net0" });
    const [, , script = "", , ...words] = argv;
    return readNodeState(sh(script, ...words.with(3, join(folder, "marks"))).said);
  };

  it("nothing", () => {
    expect(state()).toEqual({ initiator: "", records: [], sessions: [], marks: [], nameInDev: false });
  });

  it("all of it", () => {
    file("etc/iscsi/initiatorname.iscsi", "## secret\nInitiatorName=iqn.1993-08.org.debian:01:abc");
    file(`etc/iscsi/nodes/${TARGET}/10.0.0.1,3260`);
    file(`etc/iscsi/nodes/another/10.0.0.1,3260`);
    file("marks/st_1", `panel pa_1\ntarget ${TARGET}\nwwid ${WWID}`);
    file("marks/st_2", "panel pa_1\ntarget another");
    file("dev/net0/x");
    session(1);
    expect(state()).toEqual({
      ...{ initiator: "iqn.1993-08.org.debian:01:abc", records: ["10.0.0.1,3260"], sessions: ["LOGGED_IN"] },
      ...{ marks: ["st_1"], nameInDev: true },
    });
  });
});
