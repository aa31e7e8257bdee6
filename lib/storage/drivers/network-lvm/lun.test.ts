import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Command } from "../../../domain/plan.ts";
import { networkLvmConfig } from "./config.ts";
import { WAIT_FOR_LUN } from "./lun-script.ts";
import { multipathSteps, noMultipathSteps } from "./multipath-steps.ts";
import { HAS_LUN, RESCAN_LUN, SCAN_LUN } from "./scan-script.ts";
import { DROP_LUN } from "./session-script.ts";
import {
  disk,
  file,
  folder,
  GIB_SECTORS,
  healthy,
  KERNEL,
  multipath,
  onFakeNode,
  program,
  session,
  sh,
  TARGET,
  WWID,
} from "./fake-node.ts";

onFakeNode();

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

  it("leaves the list as it is where a new one can't be written whole: other LUNs stand there too", () => {
    file("etc/multipath/wwids", "/36other/");
    perform(step("claim").command);
    program("grep", `[ "$1" != -vxF ] || { echo 'No space left on device' >&2; exit 2; }\nexec /usr/bin/grep "$@"`);
    expect(perform(step("disclaim").command).status).not.toBe(0);
    expect(list()).toEqual(["/36other/", `/${WWID}/`]);
    expect(existsSync(join(folder, "etc/multipath/wwids.new"))).toBe(false);
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
    program("multipath", `echo "$@" >>"${folder}/asked"; rm -r "${folder}/sys/class/block/dm-28"`);
    program("dmsetup", "exit 0");
    disk("sdd", 1, { wwid: "naa.6other" });
    expect(sh(DROP_LUN, WWID, KERNEL).status).toBe(0);
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("disablequeueing map mpatha\n-f mpatha\n");
    const deleted = ["sdb", "sdc", "sdd"].map((name) =>
      existsSync(join(folder, `sys/class/block/${name}/device/delete`)),
    );
    expect(deleted).toEqual([true, true, false]);
  });
});
