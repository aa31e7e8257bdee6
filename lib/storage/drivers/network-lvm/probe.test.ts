import { describe, expect, it } from "vitest";
import { networkLvmConfig } from "./config.ts";
import { probeNetworkLvm, readNetworkLvmCheck, readSan } from "./probe.ts";

const WWID = "360000000000000000e00000000010001";
const VG = "mOT8rW-Ijxu-jDgS-as2k-I0yZ-qNLd-B82NlB";
const PV = "TakUyE-vXBT-BNCl-tEuD-1xfv-Y0NW-f0AjS9";
const config = networkLvmConfig.parse({
  ...{ portals: "10.77.0.1 10.77.0.2", target: "iqn.2026-01.lab.host:san2", wwid: WWID, vgName: "net0" },
});
const dirs = { imageDir: "/image", shareDir: "/share" };
const identity = { vgUuid: VG, pvUuids: PV, imageFs: "", shareFs: "", wwid: WWID, target: config.target };
const owner = { panelId: "pa_1", storageId: "st_1" };

const SESSIONS = ["session 5 LOGGED_IN 10.77.0.2 3260", "session 6 LOGGED_IN 10.77.0.1 3260"];
const LUN = `lun ${WWID}`;
const PATHS = ["path sdb running 2097152 5", "path sdc running 2097152 6"];
const DEVICE = ["multipath dm-28 0 2097152 2"];
const ROW = JSON.stringify({
  ...{ vg_name: "net0", vg_uuid: VG, vg_attr: "wz--n-", vg_size: "1069547520", vg_free: "1069547520" },
  ...{ vg_extent_size: "4194304", vg_extent_count: "255", vg_free_count: "255", vg_missing_pv_count: "0" },
  ...{ vg_seqno: "1", vg_mda_size: "17821696", vg_mda_free: "8908800", vg_tags: "", pv_uuid: PV },
  ...{ pv_name: "/dev/mapper/mpatha", pv_size: "1069547520", pv_free: "1069547520", pv_missing: "" },
});
const GROUP = [`look 0 /dev/disk/by-id/lvm-pv-uuid-${PV}`, `vg ${ROW}`, `read ${PV} ok`, "mapped", "listed"];
/** Lines about a LUN come behind its own. */
function read(lines: string[], code: number | null = 0) {
  const sessions = lines.filter((line) => line.startsWith("session"));
  const rest = lines.filter((line) => !sessions.includes(line));
  const raw = { code, lines: [`target ${config.target}`, ...sessions, LUN, ...rest], durationMs: 10 };
  return readNetworkLvmCheck(config, dirs, identity, raw, owner);
}

describe("one check", () => {
  it("all paths, and the group behind them", () => {
    const check = read([...SESSIONS, ...PATHS, ...DEVICE, ...GROUP]);
    expect(check).toMatchObject({ outcome: "ok", volumes: [], figures: { size: 1_069_547_520 } });
    expect(check.details).toMatchObject({
      ...{ vg: { name: "net0", uuid: VG }, pvs: [{ uuid: PV }] },
      san: { luns: [{ wwid: WWID, device: { name: "dm-28", isSuspended: false, size: 2 ** 30 } }] },
    });
  });

  const DEGRADED: [string, string[], string][] = [
    [
      "one portal of two",
      ["session 5 FAILED 10.77.0.2 3260", SESSIONS[1]!, "path sdb transport-offline 2097152 5", PATHS[1]!],
      "portal-lost",
    ],
    ["a portal without a session", [SESSIONS[1]!, PATHS[1]!], "portal-lost"],
    ["a path that stands still", [...SESSIONS, "path sdb blocked 2097152 5", PATHS[1]!], "path-lost"],
  ];
  it.each(DEGRADED)("is degraded by %s", (_what, lines, reason) => {
    const check = read([...lines, ...DEVICE, ...GROUP]);
    expect(check).toMatchObject({ outcome: "degraded", cause: { reason: { key: `live.network-lvm.${reason}` } } });
    expect(check.volumes).toEqual([]);
  });

  const LOST: [string, string[], string][] = [
    ["no session", [], "logged-out"],
    [
      "no session that is up",
      ["session 5 FAILED 10.77.0.2 3260", "session 6 FREE 10.77.0.1 3260", ...PATHS, ...DEVICE],
      "target-lost",
    ],
    ["no disk on the sessions", [...SESSIONS, ...DEVICE], "lun-gone"],
    [
      "a path that runs on a session that does not",
      ["session 5 FAILED 10.77.0.2 3260", SESSIONS[1]!, PATHS[0]!, ...DEVICE],
      "lun-gone",
    ],
    ["nothing that multipath has", [...SESSIONS, ...PATHS], "no-multipath"],
    ["a device that stands still", [...SESSIONS, ...PATHS, "multipath dm-28 1 2097152 2"], "suspended"],
  ];
  it.each(LOST)("is lost with %s", (_what, lines, reason) => {
    const check = read(lines, 6);
    expect(check).toMatchObject({ outcome: "failed", cause: { reason: { key: `live.network-lvm.${reason}` } } });
    // The page shows the paths as they are now, beside what was last seen of the group.
    expect(Object.keys(check.details ?? {})).toEqual(["san"]);
    expect(check.volumes).toBeUndefined();
  });

  it("that does not come to its end is late, whatever it said", () => {
    for (const lines of [[], [...SESSIONS, ...PATHS, ...DEVICE]]) expect(read(lines, null).outcome).toBe("late");
  });

  it("names a session's portal as portals are shown", () => {
    const { sessions } = readSan(["session 1 LOGGED_IN fd00::1 3261", "session 2 LOGGED_IN fd00::1 3260"]);
    expect(sessions.map(({ portal }) => portal)).toEqual(["[fd00::1]:3261", "[fd00::1]"]);
  });

  it("hears the group's own troubles", () => {
    const lost = read([...SESSIONS, ...PATHS, ...DEVICE, `look 5 /dev/x`, "err not found"], 5);
    expect(lost).toMatchObject({ outcome: "failed", cause: { reason: { key: "live.lvm.vg-gone" } } });
  });

  it("does not trip over what a node may write", () => {
    for (const line of [
      "session",
      "lun",
      "path",
      "multipath",
      "path sda running -1 5",
      "session x y z NaN",
      "\u001b[31m",
    ])
      expect(() => readSan([line])).not.toThrow();
  });
});

describe("a check of LUNs on two targets", () => {
  const NEXT = "iqn.2026-01.lab.host:san3";
  const SECOND = "360000000000000000e00000000020001";
  const wide = networkLvmConfig.parse({ ...config, targets: [{ portals: "10.77.0.1", target: NEXT }] });
  const pinned = { ...identity, wwid: `${WWID},${SECOND}`, target: `${config.target},${NEXT}` };
  const NEXT_SESSION = "session 7 LOGGED_IN 10.77.0.1 3260";
  const whole = (next: string[]) => [
    ...[`target ${config.target}`, ...SESSIONS, `target ${NEXT}`, ...next, LUN, ...PATHS, ...DEVICE],
    ...[`lun ${SECOND}`, "path sdd running 2097152 7", "multipath dm-29 0 2097152 1", ...GROUP],
  ];
  const check = (next: string[], code = 0, by = wide) =>
    readNetworkLvmCheck(by, dirs, pinned, { code, lines: whole(next), durationMs: 10 }, owner);

  it("is well where both are, and tells which session and LUN are whose", () => {
    const { outcome, details } = check([NEXT_SESSION]);
    expect(outcome).toBe("ok");
    expect(details?.san).toMatchObject({
      sessions: [{ target: config.target }, { target: config.target }, { target: NEXT }],
      luns: [
        { wwid: WWID, target: config.target },
        { wwid: SECOND, target: NEXT },
      ],
    });
  });

  it("a portal of two targets counts for each of them", () => {
    const more = networkLvmConfig.parse({ ...config, targets: [{ portals: "10.77.0.1 10.77.0.2", target: NEXT }] });
    expect(check([NEXT_SESSION], 0, more)).toMatchObject({
      outcome: "degraded",
      cause: { reason: { key: "live.network-lvm.portal-lost", values: { target: NEXT, portals: "10.77.0.2" } } },
    });
  });

  it.each([
    ["logged-out", []],
    ["target-lost", ["session 7 FAILED 10.77.0.1 3260"]],
  ])("is lost where one of them is: %s", (reason, next) => {
    expect(check(next, 6)).toMatchObject({
      outcome: "failed",
      cause: { reason: { key: `live.network-lvm.${reason}`, values: { target: NEXT } } },
    });
  });

  it("is degraded where one of them is lost, and the other shows its LUN as well", () => {
    const lines = whole([]).map((line) => line.replace("path sdd running 2097152 7", "path sdd running 2097152 5"));
    expect(readNetworkLvmCheck(wide, dirs, pinned, { code: 0, lines, durationMs: 10 }, owner)).toMatchObject({
      outcome: "degraded",
      cause: { reason: { key: "live.network-lvm.portal-lost", values: { target: NEXT } } },
    });
  });

  it("a target that has none of the LUNs yet is not missed", () => {
    const lines = [`target ${config.target}`, ...SESSIONS, LUN, ...PATHS, ...DEVICE, ...GROUP];
    expect(readNetworkLvmCheck(wide, dirs, identity, { code: 0, lines, durationMs: 1 }, owner).outcome).toBe("ok");
  });

  it("a target of several LUNs is asked for once", () => {
    const own = { ...identity, wwid: `${WWID},${SECOND}` };
    expect(probeNetworkLvm(config, dirs, own).args[0]).toBe(config.target);
  });

  it("is asked for with both names", () => {
    expect(probeNetworkLvm(wide, dirs, pinned).args.slice(0, 3)).toEqual([
      ...[`${config.target},${NEXT}`, `${WWID},${SECOND}`, `naa.${WWID.slice(1)},naa.${SECOND.slice(1)}`],
    ]);
  });
});

describe("the probe's part", () => {
  it("is one text for all nodes, with the storage's words as arguments", () => {
    const one = probeNetworkLvm(config, dirs, identity);
    expect(probeNetworkLvm(config, dirs, identity).script).toBe(one.script);
    expect(one.args).toEqual([
      ...[config.target, WWID, `naa.${WWID.slice(1)}`, "net0", VG, PV, VG.replaceAll("-", ""), "/image", "/share"],
    ]);
    expect(one.script).toContain("check_network_lvm()");
  });
});
