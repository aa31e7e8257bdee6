import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Command } from "../../../domain/plan.ts";
import { lookForLeftovers } from "./leftovers-look.ts";
import { NETWORK_LVM_SCRIPT } from "./probe-script.ts";
import { nodeStateCommand, readNodeState } from "./node-state.ts";
import { freeProof } from "./free-target.ts";
import { readSan } from "./probe.ts";
import {
  disk,
  file,
  folder,
  healthy,
  held,
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
    expect(readSan(lines, [{ wwid: WWID, target: TARGET }])).toEqual({
      sessions: [
        { number: "1", state: "LOGGED_IN", portal: "10.0.0.1", target: TARGET },
        { number: "2", state: "LOGGED_IN", portal: "10.0.0.2", target: TARGET },
      ],
      luns: [
        {
          ...{ wwid: WWID, target: TARGET },
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

  it("of several targets each one's sessions behind its name; LVM is asked once the LUNs of all are up", () => {
    const second = `${WWID.slice(0, -1)}2`;
    const asked = () => {
      const script = `${NETWORK_LVM_SCRIPT}\ncheck_lvm() { echo asked "$@"; }\ncheck_network_lvm "$@"`;
      return sh(script, `${TARGET},another`, `${WWID},${second}`, `${KERNEL},naa.${second.slice(1)}`, "net0");
    };
    healthy();
    session(3, { target: "another", state: "FAILED" });
    disk("sdd", 3, { wwid: `naa.${second.slice(1)}` });
    multipath({ wwid: second, device: "dm-29", slaves: ["sdd"] });
    expect(asked().status).toBe(6);
    session(3, { target: "another" });
    const { status, lines } = asked();
    expect([status, lines.at(-1)]).toEqual([0, "asked net0"]);
    expect(readSan(lines).sessions.map(({ number, target }) => [number, target])).toEqual([
      ["1", TARGET],
      ["2", TARGET],
      ["3", "another"],
    ]);
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
    session(3, { target: "another", state: "FREE" });
    session(4, { target: "third" });
    expect(sh(watch, `${TARGET},another`, WWID, KERNEL, "net0").lines).toEqual(["net0LOGGED_IN,FAILED,FREE,"]);
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
  for (const unit of ["spindle-st-1-login.service", "spindle-st-1-login.timer", "spindle.service"])
    file(`etc/systemd/system/${unit}`, "[Unit]");
  file("marks/st_1", `panel pa_1\ntarget ${TARGET}\nwwid ${WWID}`);
  program("dmsetup", "true");
  const read = async ({ argv: [, , script = "", , panel = ""] }: Command) => {
    const { lines, status } = sh(script, panel, join(folder, "marks"));
    return { code: status ?? 1, stdout: lines.join("\n"), stderr: "", durationMs: 0 };
  };
  expect(await lookForLeftovers(read, { panelId: "pa_1", target: "n", kept: [] })).toEqual({
    marks: [{ storageId: "st_1", targets: [TARGET], wwids: [WWID] }],
    records: [
      { target: "iqn.flat", address: "fe80::1", port: 3261 },
      { target: "iqn.own", address: "10.0.0.1", port: 3260 },
    ],
    ...{ sessions: [TARGET], holders: [{ wwid: WWID, name: "old-a" }], maps: [], lvs: {} },
    dropIns: [{ name: "spindle-st_1.conf", text: "multipaths {\n}" }],
    units: [
      { name: "spindle-st-1-login.service", text: "[Unit]" },
      { name: "spindle-st-1-login.timer", text: "[Unit]" },
    ],
  });
});

describe("a target that is new to a storage", () => {
  const proof = () => {
    const { precondition } = freeProof(TARGET);
    const [, , script = "", , target = ""] = precondition.command.argv;
    return sh(script, target, join(folder, "marks"));
  };
  const FOREIGN: [string, () => void, string | null][] = [
    ["nothing is there", () => {}, null],
    ["another target's record", () => file("etc/iscsi/nodes/another/10.0.0.1,3260"), null],
    ["a record that the panel did not write", () => file(`etc/iscsi/nodes/${TARGET}/10.0.0.1,3260`), "foreign-record"],
    ["a session of somebody else's", () => session(1), "foreign-session"],
    [
      "a record that the panel did not write, beside a storage of the panel on another target",
      () => [file(`etc/iscsi/nodes/${TARGET}/10.0.0.1,3260`), file("marks/st_2", `target ${TARGET}.2\ntarget another`)],
      "foreign-record",
    ],
    [
      "records and sessions of another storage of the panel",
      () => [session(1), file(`etc/iscsi/nodes/${TARGET}/10.0.0.1,3260`), file("marks/st_2", `target ${TARGET}`)],
      null,
    ],
  ];
  it.each(FOREIGN)("%s", (_what, make, word) => {
    make();
    const { status, said } = proof();
    expect(status === 0).toBe(word === null);
    expect(said.includes(`spindle: ${word}`)).toBe(word !== null);
  });
});

describe("what a node has of a target already", () => {
  const state = () => {
    const { argv } = nodeStateCommand({ target: TARGET, vgName: "net0" });
    const [, , script = "", , ...words] = argv;
    return readNodeState(sh(script, ...words.with(2, join(folder, "marks"))).said);
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
