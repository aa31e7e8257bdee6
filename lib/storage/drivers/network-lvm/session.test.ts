import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ALL_LOGGED_IN, LOG_IN, LOG_OUT, NO_SESSION, UNUSED_LUN } from "./session-script.ts";
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

  /** As iscsiadm ends sessions: by portal where there is a record, or by number. `stuck`: those that stay. */
  const endsSessions = (...stuck: string[]) => {
    const sessions = `${folder}/sys/class/iscsi_session`;
    iscsiadm(`case "$*" in *--logout*) ;; *) exit 0 ;; esac
for session in "${sessions}"/session*; do
  number=\${session##*/session}
  case " ${stuck.join(" ")} " in *" $number "*) continue ;; esac
  case "$*" in *"-p 10.0.0.$number:3260"* | *"-r $number "*) rm -r "$session" ;; esac
done`);
  };
  /** As multipath and its daemon: the device goes unless it is held. */
  const endsDevice = (body = `rm -r "${folder}/sys/class/block/dm-28"`) => {
    for (const name of ["multipathd", "dmsetup"]) program(name, `echo ${name} "$@" >>"${folder}/asked"`);
    program("multipath", `echo multipath "$@" >>"${folder}/asked"\n${body}`);
  };
  const UNQUEUED = ["multipathd disablequeueing map mpatha", "dmsetup message mpatha 0 fail_if_no_path"];
  beforeEach(() => program("sleep", "exit 0"));

  const out = () => sh(LOG_OUT, TARGET, WWID, KERNEL, "10.0.0.1:3260", "10.0.0.2:3260");

  it("takes the multipath device first, then every session; nobody goes on waiting for a path", () => {
    healthy();
    endsSessions();
    endsDevice();
    expect(out().status).toBe(0);
    expect(asked()).toEqual([
      ...UNQUEUED,
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
      endsDevice();
      expect(out()).toMatchObject({
        status: 0,
        said: expect.stringContaining("session 1 stays: sdd is another LUN's"),
      });
      expect(asked().filter((line) => line.startsWith("-m"))).toEqual([]);
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
    endsSessions();
    endsDevice();
    expect(out().status).toBe(0);
    expect(asked().slice(3)).toEqual([
      `open ${folder}/dev/sdd`,
      `-m node -T ${TARGET} -p 10.0.0.1:3260 --logout`,
      `-m node -T ${TARGET} -p 10.0.0.2:3260 --logout`,
    ]);
  });

  it("lets several LUNs of one target go together: none of them is another's", () => {
    const second = `${WWID.slice(0, -1)}2`;
    healthy();
    disk("sdd", 1, { wwid: `naa.${second.slice(1)}` });
    multipath({ wwid: second, device: "dm-29", slaves: ["sdd"] });
    held("sdd", "mpathb", `mpath-${second}`);
    endsSessions();
    endsDevice(
      `[ -e "${folder}/sys/class/block/dm-28" ] && rm -r "${folder}/sys/class/block/dm-28" || rm -r "${folder}/sys/class/block/dm-29"`,
    );
    const both = [`${WWID},${second}`, `${KERNEL},naa.${second.slice(1)}`];
    expect(sh(LOG_OUT, TARGET, ...both, "10.0.0.1:3260", "10.0.0.2:3260").status).toBe(0);
    expect(asked().filter((line) => line.startsWith("multipath -f"))).toHaveLength(2);
    expect(existsSync(join(folder, "sys/class/iscsi_session/session1"))).toBe(false);
  });

  it("waits for whoever only read from a dead LUN to let go of the device", () => {
    healthy();
    endsSessions();
    endsDevice(`[ -e "${folder}/once" ] && rm -r "${folder}/sys/class/block/dm-28"; : >"${folder}/once"; exit 1`);
    expect(out().status).toBe(0);
    expect(asked().slice(0, 4)).toEqual([...UNQUEUED, "multipath -f mpatha", "multipath -f mpatha"]);
  });

  it("that does not get the device lets I/O wait for a path again, and ends no session", () => {
    healthy();
    endsSessions();
    endsDevice("echo 'map in use'; exit 1");
    expect(out()).toMatchObject({ status: 1, said: expect.stringContaining("map in use") });
    expect(asked().at(-1)).toBe("multipathd restorequeueing map mpatha");
    expect(asked().filter((line) => line.startsWith("-m"))).toEqual([]);
  });

  it("touches no device that something is mapped onto: its I/O goes on waiting", () => {
    healthy();
    held("dm-28", "net0-dr_1", "LVM-x");
    endsSessions();
    endsDevice();
    expect(out()).toMatchObject({ status: 1, said: "mpatha is held by dm-30\n" });
    expect(asked()).toEqual([]);
  });

  it("counts what is gone, not what was said: of portals that are gone open-iscsi tells of errors", () => {
    healthy();
    endsSessions();
    endsDevice();
    const said = readFileSync(join(folder, "bin/iscsiadm"), "utf8");
    program("iscsiadm", `${said}\necho 'cannot make a connection' >&2; exit 8`);
    expect(out().status).toBe(0);
  });

  it("ends a session without a record by its number", () => {
    healthy();
    endsDevice();
    const gone = `rm -r "${folder}/sys/class/iscsi_session/session`;
    iscsiadm(
      `case "$*" in *"-m session -r 1 --logout") ${gone}1" ;; *-p*1:3260*) exit 21 ;; *-p*2:3260*) ${gone}2" ;; esac`,
    );
    expect(out().status).toBe(0);
  });

  it("is a failure where a session of its portals does not end; one elsewhere is none of its business", () => {
    healthy();
    session(7, { address: "10.0.0.9" });
    endsDevice();
    endsSessions("2");
    const said = readFileSync(join(folder, "bin/iscsiadm"), "utf8");
    program("iscsiadm", `${said}\necho stuck >&2; exit 9`);
    expect(out()).toMatchObject({ status: 1, said: expect.stringContaining("stuck") });
    endsSessions();
    expect(out().status).toBe(0);
    expect(existsSync(join(folder, "sys/class/iscsi_session/session7"))).toBe(true);
  });

  it("is done once nothing of the LUN is there", () => {
    expect(sh(NO_SESSION, TARGET, WWID, KERNEL).status).toBe(0);
    session(7, { address: "10.0.0.9" });
    expect(sh(NO_SESSION, TARGET, WWID, KERNEL).status).not.toBe(0);
    healthy();
    expect(sh(NO_SESSION, TARGET, WWID, KERNEL).status).not.toBe(0);
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
    // Among others as well, wherever it stands.
    expect(sh(UNUSED_LUN, `36other,${WWID}`, `naa.6other,${KERNEL}`).status).toBe(status);
    expect(sh(UNUSED_LUN, `${WWID},36other`, `${KERNEL},naa.6other`).status).toBe(status);
  });
});
