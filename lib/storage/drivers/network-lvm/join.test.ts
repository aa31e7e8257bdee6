import { describe, expect, it } from "vitest";
import type { Command, NodeStep } from "../../../domain/plan.ts";
import { en } from "../../../messages/en.ts";
import type { Identity, JoinContext, LeaveContext, SharedPart } from "../../contract.ts";
import type { DirectoryFacts } from "../../directories.ts";
import type { FoundGroup } from "../../lvm/metadata.ts";
import { type NetworkLvmConfig, networkLvmConfig } from "./config.ts";
import type { NetworkLvmFacts } from "./facts.ts";
import { foundNetworkLvm } from "./found.ts";
import { joinNetworkLvm, previewNetworkLvm } from "./join.ts";
import { leaveNetworkLvm } from "./leave.ts";
import type { LookProblem, LunLook } from "./look.ts";
import { onlyLuns } from "./wwid.ts";

const WWID = "360000000000000000e00000000010001";
const VG = "k1c2RN-Hpcf-fIPN-CTTL-7bIh-hz0e-8Qm4nI";
const TARGET = "iqn.2026-01.lab.host:san1";

const config = networkLvmConfig.parse({
  ...{ portals: "10.0.0.1 10.0.0.2", target: TARGET, wwid: WWID, chapUser: "panelin", reverseUser: "panelout" },
  ...{ chapSecret: "se_0123456789abcdef", reverseSecret: "se_fedcba9876543210" },
});
const owner = { panelId: "pa_1", clusterId: "cl_1", clusterName: "c", storageId: "st_1", storageName: "s", epoch: 1 };
const dirs = { imageDir: "/image", shareDir: "/share" };
const FIRST: SharedPart = { isFirst: true, pinned: null, others: [] };
const OTHER: SharedPart = { isFirst: false, pinned: null, others: [] };
const PINNED: Identity = { vgUuid: VG, pvUuids: "P", imageFs: "", shareFs: "", wwid: WWID, target: TARGET };

const context = (shared = FIRST, choices: Record<string, string> = {}): JoinContext<NetworkLvmConfig> => ({
  ...{ config, dirs, owner, choices, target: shared.isFirst ? "nd_1" : "nd_2", shared },
});

const lun: LunLook = {
  ...{
    lun: "0001000000000000",
    wwid: WWID,
    size: 2 ** 30,
    keys: [],
    vendor: "IET",
    model: "VIRTUAL-DISK",
    serial: "beaf11",
  },
};
const group: FoundGroup = {
  ...{ name: "net0", uuid: VG, tags: [], pvUuids: ["P"], systemId: "", lockType: "", host: "old", writtenAt: "" },
  volumes: [{ name: "root", tags: [] }],
};
const portal = (name: string, change: Partial<NetworkLvmFacts["portals"][number]> = {}) => ({
  ...{ portal: name, targets: [TARGET], luns: [lun], problem: null },
  ...change,
});
const gone = (what: string): { luns: null; targets: null; problem: LookProblem } => ({
  ...{ luns: null, targets: null, problem: { what, detail: "" } },
});
function facts(change: Partial<NetworkLvmFacts> = {}): NetworkLvmFacts {
  const directory = { fs: null, fsid: "a1" } as DirectoryFacts;
  return {
    node: { initiator: "iqn.a", records: [], sessions: [], marks: [], nameInDev: false },
    portals: [portal("10.0.0.1"), portal("10.0.0.2")],
    ...{ contents: { kind: "blank" }, contentsProblem: null, image: directory, share: directory },
    ...change,
  };
}
const withGroup = (change: Partial<FoundGroup> = {}) =>
  facts({ contents: { kind: "group", group: { ...group, ...change } } });

const idsOf = (steps: readonly NodeStep[]) => steps.map(({ id }) => id);
const RELOGIN = ["relogin-service", "relogin-timer", "relogin"];
const REACH = ["mark", "multipath", "claim", "record-1", "record-2", "log-in", ...RELOGIN, "lun"];
const MAKE = ["pv-1", "vg", "vg-uuid"];
const ADOPT = ["no-auto", "rest", "tag", "vg-uuid"];

function outcome(found: NetworkLvmFacts, shared = FIRST, choices: Record<string, string> = {}) {
  const { rows, steps } = joinNetworkLvm(context(shared, choices), found);
  const worst = rows.find(({ state }) => state === "fail") ?? rows.find(({ state }) => state === "warning");
  return { says: worst?.detail?.key.replace("network-lvm.", "") ?? "all well", steps: idsOf(steps) };
}

describe("a node joins", () => {
  it("the first makes the group once, then the others see it", () => {
    const [first, other] = [joinNetworkLvm(context(), facts()), joinNetworkLvm(context(OTHER), facts())];
    expect(idsOf(first.steps)).toEqual([...REACH, ...MAKE]);
    expect(idsOf(other.steps)).toEqual([...REACH, "vg-uuid"]);
    expect(new Set(first.steps.map(({ stage = 0 }) => stage))).toEqual(new Set([0]));
    expect(new Set(other.steps.map(({ stage = 0 }) => stage))).toEqual(new Set([1]));
  });

  it("pinned the same on every node; only the task knows which UUID the group got", () => {
    const [first, other] = [joinNetworkLvm(context(), facts()), joinNetworkLvm(context(OTHER), facts())];
    expect(other.identity).toEqual(first.identity);
    expect(first.identity).toMatchObject({ wwid: WWID, target: TARGET, vgUuid: "" });
    expect([first.late, other.late]).toEqual(Array(2).fill({ step: "vg-uuid", fields: ["vgUuid"] }));
  });

  it("a node that comes later makes nothing, and meets the group that is pinned", () => {
    const later = { isFirst: false, pinned: PINNED, others: [] };
    const { steps } = joinNetworkLvm(context(later), withGroup({ tags: ["spindle.storage=st_1"] }));
    expect(idsOf(steps)).toEqual([...REACH, "vg-uuid"]);
    expect(steps.every(({ stage }) => stage === undefined)).toBe(true);
    expect(outcome(facts(), later).says).toBe("contents.not-pinned");
    expect(outcome(withGroup({ uuid: "another" }), later).says).toBe("contents.not-pinned");
  });

  it("a group of the name is taken over only when it was chosen", () => {
    expect(outcome(withGroup())).toEqual({ says: "contents.adoptable", steps: [] });
    expect(outcome(withGroup(), FIRST, { adopt: "another" })).toEqual({ says: "contents.adoptable", steps: [] });
    expect(outcome(withGroup(), FIRST, { adopt: VG })).toEqual({
      says: "contents.adopted",
      steps: [...REACH, ...ADOPT],
    });
    expect(outcome(withGroup(), OTHER).steps).toEqual([...REACH, "vg-uuid"]);
  });

  it("the LUN is one storage's alone, and so is a group that is on it: an array's copy of a LUN has another name", () => {
    const scopes = (found: NetworkLvmFacts, part = FIRST) =>
      joinNetworkLvm(context(part), found).uses.map(({ scope, value }) => `${scope} ${value}`);
    expect(scopes(facts())).toEqual([`lun ${WWID}`]);
    expect(scopes(withGroup())).toEqual([`lun ${WWID}`, `volume-group ${VG}`]);
    // What the cluster has already is joined beside whoever works with it.
    expect(scopes(withGroup(), { ...OTHER, pinned: PINNED })).toEqual([`lun ${WWID}`]);
  });

  it("one that this very storage has marked is taken as it is", () => {
    const tags = [
      "spindle.panel=pa_1",
      "spindle.cluster=cl_1",
      "spindle.storage=st_1",
      "spindle.epoch=1",
      "spindle.made",
    ];
    expect(outcome(withGroup({ tags })).steps).toEqual([...REACH, ...ADOPT]);
  });

  const REFUSED: [string, NetworkLvmFacts, string][] = [
    ["no portal answers", facts({ portals: [portal("10.0.0.1", gone("silent"))] }), "reach.silent"],
    ["it is not let in", facts({ portals: [portal("10.0.0.1", gone("auth"))] }), "reach.auth"],
    [
      "another answers in the target's place",
      facts({ portals: [portal("a", gone("target-unproven"))] }),
      "reach.target-unproven",
    ],
    ["the target shows nothing", facts({ portals: [portal("a", { luns: [] })] }), "lun.none"],
    ["it shows another LUN", facts({ portals: [portal("a", { luns: [{ ...lun, wwid: null }] })] }), "lun.other"],
    [
      "a portal shows another size",
      facts({ portals: [portal("a"), portal("b", { luns: [{ ...lun, size: 1 }] })] }),
      "lun.not-everywhere",
    ],
    [
      "somebody has keys for it",
      facts({ portals: [portal("a", { luns: [{ ...lun, keys: ["ab"] }] })] }),
      "lun.reserved",
    ],
    ["a portal does not show it", facts({ portals: [portal("a"), portal("b", { luns: [] })] }), "lun.not-everywhere"],
    ["it can't be read", facts({ contents: null, contentsProblem: { what: "scsi", detail: "" } }), "contents.unread"],
    ["it holds a file system", facts({ contents: { kind: "signature", name: "XFS" } }), "contents.signature"],
    ["it holds a PV", facts({ contents: { kind: "pv", uuid: "P" } }), "contents.pv"],
    ["it holds data", facts({ contents: { kind: "data" } }), "contents.data"],
    ["it holds another group", withGroup({ name: "data" }), "contents.other-group"],
    ["another panel's group", withGroup({ tags: ["spindle.panel=pa_2"] }), "contents.owned"],
    ["another storage's group", withGroup({ tags: ["spindle.panel=pa_1", "spindle.storage=st_2"] }), "contents.owned"],
    ["a group with a lock manager", withGroup({ lockType: "sanlock" }), "contents.locked"],
    ["a group of one system", withGroup({ systemId: "box" }), "contents.system-id"],
    ["a group over several LUNs", withGroup({ pvUuids: ["P", "Q"] }), "contents.several-pvs"],
    ["records of somebody else", facts({ node: { ...facts().node, records: ["10.0.0.1,3260,1"] } }), "own.records"],
    ["a session of somebody else", facts({ node: { ...facts().node, sessions: ["LOGGED_IN"] } }), "own.sessions"],
    ["something called so", facts({ node: { ...facts().node, nameInDev: true } }), "own.name-in-dev"],
  ];
  it.each(REFUSED)("is refused where %s", (_what, found, says) => {
    expect(outcome(found, FIRST, { adopt: VG })).toEqual({ says, steps: [] });
  });

  it("is refused where another node has its initiator name", () => {
    const twin = { isFirst: true, pinned: null, others: [{ label: "10.0.0.2", facts: facts() }] };
    expect(outcome(facts(), twin)).toEqual({ says: "initiator.twin", steps: [] });
    const unnamed = facts({ node: { ...facts().node, initiator: "" } });
    expect(outcome(unnamed, { ...twin, others: [{ label: "x", facts: unnamed }] }).says).toBe("all well");
  });

  it("over the portals that answer, with a warning", () => {
    const found = facts({ portals: [portal("10.0.0.1"), portal("10.0.0.2", gone("refused"))] });
    expect(outcome(found)).toEqual({ says: "reach.some", steps: [...REACH, ...MAKE] });
  });

  it("says what is on the LUN before it is taken over", () => {
    const row = joinNetworkLvm(context(), withGroup({ tags: ["theirs"] })).rows.find(({ id }) => id === "contents");
    expect(row?.detail?.values).toMatchObject({ uuid: VG, volumes: "root", tags: "theirs", host: "old" });
    expect(row?.choices).toMatchObject([{ key: "adopt", value: VG }]);
  });
});

const leaving = (endsShared: boolean): LeaveContext<NetworkLvmConfig> => ({
  ...{ config, dirs, owner, identity: PINNED, details: null, target: "nd_1", endsShared },
});

const commandsOf = ({ command, alreadyDone, precondition, undo }: NodeStep): Command[] => [
  command,
  ...[alreadyDone, precondition].flatMap((check) => (check ? [check.command] : [])),
  ...("none" in undo ? [] : [undo.command, ...(undo.proof ? [undo.proof.command] : [])]),
];
const everyStep = () => [
  ...joinNetworkLvm(context(), facts()).steps,
  ...joinNetworkLvm(context(OTHER), facts()).steps,
  ...joinNetworkLvm(context(FIRST, { adopt: VG }), withGroup()).steps,
  ...previewNetworkLvm(context()).steps,
  ...leaveNetworkLvm(leaving(true)).steps,
];

describe("every step", () => {
  it("names secrets by their rows, on standard input alone", () => {
    const commands = everyStep().flatMap(commandsOf);
    for (const { argv } of commands) expect(argv.join(" ")).not.toContain("se_0");
    const [record] = joinNetworkLvm(context(), facts()).steps.filter(({ id }) => id === "record-1");
    expect(record?.command.stdin).toEqual([{ secret: config.chapSecret }, { secret: config.reverseSecret }]);
  });

  it("that asks LVM names the devices", () => {
    const tools = /\b(?:vgs|pvs|lvs|vgcreate|vgchange|pvcreate|pvremove|vgremove|lvchange)\b/;
    for (const { argv } of everyStep().flatMap(commandsOf)) {
      const isOurs = argv[0] === "sh" ? tools.test(argv[2] ?? "") : tools.test(argv[0] ?? "");
      if (isOurs) expect(argv.join(" ")).toMatch(/--devices \/dev\/disk\/by-id\/|lvm-pv-uuid|dm-uuid-mpath/);
    }
  });

  it("forces nothing, and touches none of the system's own files", () => {
    for (const { argv } of everyStep().flatMap(commandsOf)) {
      for (const word of argv) expect(word).not.toMatch(/^(-f|-ff|--force|-y|--yes)$/);
      expect(argv.join(" ")).not.toMatch(/iscsid\.conf|multipath\.conf|lvm\.conf|\/etc\/fstab >|>.*initiatorname/);
    }
  });

  it("makes the group with room for thousands of volumes, and switched on by nobody", () => {
    const { steps } = joinNetworkLvm(context(), facts());
    const argvOf = (id: string) => steps.find((step) => step.id === id)?.command.argv.join(" ");
    expect(argvOf("pv-1")).toContain("--metadatasize 16m");
    expect(argvOf("vg")).toContain("--setautoactivation n");
  });

  it("has its sentences", () => {
    const has = (key: string) =>
      key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], en);
    const texts = everyStep().flatMap(({ title, undo, failures = [] }) => [
      title,
      "none" in undo ? undo.none : undo.title,
      ...failures.flatMap(({ message, hint }) => [message, ...(hint ? [hint] : [])]),
    ]);
    const rows = [...REFUSED_ROWS(), ...joinNetworkLvm(context(), facts()).rows];
    for (const row of rows) texts.push(row.title, ...[row.detail, row.advice].filter((one) => one !== undefined));
    for (const { key } of texts) expect(typeof has(key), key).toBe("string");
  });
});

/** Rows of every finding there is. */
function REFUSED_ROWS() {
  const words = ["silent", "unknown-host", "refused", "closed", "auth", "no-target", "moved", "no-chap"];
  const more = ["target-unproven", "no-lun", "scsi", "strange"];
  const found = [...words, ...more].map((what) => facts({ portals: [portal("10.0.0.1", gone(what))] }));
  const listed = found.flatMap((one) => foundNetworkLvm(one)).map(({ text }) => ({ title: text }));
  return [...found.flatMap((one) => joinNetworkLvm(context(), one).rows), ...listed] as ReturnType<
    typeof joinNetworkLvm
  >["rows"];
}

const NO_RELOGIN = ["no-relogin", "no-relogin-timer", "no-relogin-service"];

describe("a node leaves", () => {
  const ids = ["maps", ...NO_RELOGIN, "log-out", "unrecord-1", "unrecord-2", "no-multipath", "disclaim", "unmark"];

  it("with everything that the join wrote, and the group stays", () => {
    expect(idsOf(leaveNetworkLvm(leaving(false)).steps)).toEqual(ids);
    expect(idsOf(leaveNetworkLvm(leaving(true)).steps)).toEqual(["untag", ...ids]);
  });

  it("also where the LUN is dead: nothing but the group's marks asks LVM, and what can be stuck is cut off", () => {
    const tools = /\b(?:vgs|pvs|lvs|vgchange|lvchange|blkid|sync -f|udevadm settle)\b/;
    // Where a command begins; a record's deletion is open-iscsi's own file alone.
    const bare = /(?:^|[;|&(]|\bdo|\bthen)\s*(?:multipathd?|iscsiadm(?!.*-o delete)|dmsetup (?:remove|message)) .*/m;
    for (const { id, command, alreadyDone, precondition } of leaveNetworkLvm(leaving(false)).steps) {
      const checks = [alreadyDone, precondition].flatMap((check) => (check ? [check.command] : []));
      for (const { argv } of [command, ...checks]) expect(argv.join("\n"), id).not.toMatch(tools);
      expect(command.argv[2], id).not.toMatch(bare);
    }
  });
});

describe("a storage on several LUNs", () => {
  const SECOND = `${WWID.slice(0, -1)}2`;
  const pinned = { ...PINNED, pvUuids: "P,Q", wwid: `${WWID},${SECOND}` };
  const both = (size = 2 ** 31) =>
    withPortals([lun, { ...lun, lun: "0002000000000000", wwid: SECOND, size }], { contents: { kind: "group", group } });
  const withPortals = (luns: LunLook[], change: Partial<NetworkLvmFacts>) =>
    facts({ portals: [portal("10.0.0.1", { luns }), portal("10.0.0.2", { luns })], ...change });

  it("a node that joins later reaches all of them, and is pinned to all of them", () => {
    const { steps, identity, rows, uses } = joinNetworkLvm(context({ ...OTHER, pinned }), both());
    expect(rows.filter(({ state }) => state === "fail")).toEqual([]);
    expect(idsOf(steps)).toEqual([
      ...[
        "mark",
        "multipath",
        "claim",
        `multipath-${SECOND}`,
        `claim-${SECOND}`,
        "record-1",
        "record-2",
        "log-in",
        ...RELOGIN,
      ],
      ...["lun", `scan-${SECOND}`, `lun-${SECOND}`, "vg-uuid"],
    ]);
    expect(steps.at(-1)?.command.argv.filter((word) => word.includes("mpath"))).toHaveLength(2);
    expect(identity).toMatchObject({ wwid: pinned.wwid, pvUuids: "P,Q" });
    expect(uses.map(({ value }) => value)).toEqual([WWID, SECOND]);
  });

  it("is refused where one of them is not shown", () => {
    const { rows, steps } = joinNetworkLvm(context({ ...OTHER, pinned }), withGroup());
    expect([rows.find(({ state }) => state === "fail")?.id, steps]).toEqual([`lun-${SECOND}`, []]);
  });

  it("is left with all of them, the added one first, and one drop-in for each", () => {
    const { steps } = leaveNetworkLvm({ ...leaving(false), identity: pinned });
    expect(idsOf(steps)).toEqual([
      ...["maps", ...NO_RELOGIN, `drop-${SECOND}`, "log-out", "unrecord-1", "unrecord-2", "no-multipath", "disclaim"],
      ...[`no-multipath-${SECOND}`, `disclaim-${SECOND}`, "unmark"],
    ]);
    const files = steps.flatMap(({ id, command }) => (id.startsWith("no-multipath") ? [command.argv[4]] : []));
    expect(files).toEqual([
      "/etc/multipath/conf.d/spindle-st_1.conf",
      `/etc/multipath/conf.d/spindle-st_1-${SECOND}.conf`,
    ]);
  });
});

describe("a storage on LUNs of several targets", () => {
  const OTHER_LUN = "360000000000000000e00000000020001";
  const NEXT = "iqn.2026-01.lab.host:san2";
  const next = { portals: "10.0.0.1", target: NEXT, chapUser: "nextin", chapSecret: "se_00000000000000ab" };
  const wide = networkLvmConfig.parse({ ...config, targets: [next] });
  const pinned = { ...PINNED, pvUuids: "P,Q", wwid: `${WWID},${OTHER_LUN}`, target: `${TARGET},${NEXT}` };
  const later = { ...context({ ...OTHER, pinned }), config: wide };
  const shown = { ...portal("10.0.0.1"), luns: [{ ...lun, wwid: OTHER_LUN }] };
  const node = facts().node;
  const seen = (change: Partial<NetworkLvmFacts> = {}) =>
    facts({ contents: { kind: "group", group }, more: { [NEXT]: { node, portals: [shown] } }, ...change });
  const failed = (found: NetworkLvmFacts) =>
    joinNetworkLvm(later, found)
      .rows.filter(({ state }) => state === "fail")
      .map(({ id }) => id);

  it("a node that joins later notes, logs in to and keeps up both, and is pinned to the LUNs of both", () => {
    const { steps, identity, rows, uses } = joinNetworkLvm(later, seen());
    expect(rows.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["reach", "reach-t2", "lun", `lun-${OTHER_LUN}`, "own", "own-t2"]),
    );
    expect(failed(seen())).toEqual([]);
    expect(idsOf(steps)).toEqual([
      ...["mark", "multipath", "claim", `multipath-${OTHER_LUN}`, `claim-${OTHER_LUN}`],
      ...["record-1", "record-2", "log-in", ...RELOGIN, "lun"],
      ...["record-1-t2", "log-in-t2", ...RELOGIN.map((id) => `${id}-t2`), `scan-${OTHER_LUN}`, `lun-${OTHER_LUN}`],
      "vg-uuid",
    ]);
    expect(steps[0]?.command.argv[5]).toBe(
      ["panel pa_1", `target ${TARGET}`, `target ${NEXT}`, `wwid ${WWID}`, `wwid ${OTHER_LUN}`].join("\n"),
    );
    expect(identity).toMatchObject({ wwid: pinned.wwid, target: pinned.target });
    expect(uses.map((use) => use.label)).toEqual([`${TARGET} ${WWID}`, `${NEXT} ${OTHER_LUN}`]);
  });

  it("each target's records have its own secrets, and its units ask for it alone", () => {
    const { steps } = joinNetworkLvm(later, seen());
    const of = (id: string) => steps.find((step) => step.id === id)?.command;
    expect(of("record-1")?.stdin).toEqual([{ secret: config.chapSecret }, { secret: config.reverseSecret }]);
    expect(of("record-1-t2")?.stdin).toEqual([{ secret: next.chapSecret }]);
    expect(of("relogin-service")?.argv[5]).not.toContain(NEXT);
    expect(of("relogin-service-t2")?.argv[4]).toBe("/etc/systemd/system/spindle-st-1-t2-login.service");
    expect(of("relogin-service-t2")?.argv[5]).not.toContain(TARGET);
    expect(of(`scan-${OTHER_LUN}`)?.argv).toContain(NEXT);
    expect(steps.find(({ id }) => id === "log-in-t2")?.undo).toMatchObject({
      command: { argv: expect.arrayContaining([NEXT, OTHER_LUN]) },
    });
  });

  it("a record is written anew where another user or secret signs in", () => {
    const markOf = (change: object) => {
      const by = networkLvmConfig.parse({ ...config, targets: [{ ...next, ...change }] });
      const { steps } = joinNetworkLvm({ ...later, config: by }, seen());
      return steps.find(({ id }) => id === "record-1-t2")?.command.argv[8];
    };
    const changes = [{}, { chapUser: "other" }, { chapSecret: "se_00000000000000cd" }];
    expect(new Set(changes.map(markOf)).size).toBe(changes.length);
    expect(markOf({})).toBe(markOf({}));
  });

  it.each([
    ["the other target does not answer", { portals: [portal("10.0.0.1", gone("silent"))] }, "reach-t2"],
    ["it shows another LUN", { portals: [portal("10.0.0.1")] }, `lun-${OTHER_LUN}`],
    ["somebody else uses it on the node", { portals: [shown], node: { ...node, records: ["10.0.0.1"] } }, "own-t2"],
  ])("is refused where %s", (_what, change, row) => {
    expect(failed(seen({ more: { [NEXT]: { node, ...change } } }))).toContain(row);
  });

  it("is refused where it was looked at before the target was added", () => {
    const { more: _, ...old } = seen();
    expect(failed(old)).toContain(`lun-${OTHER_LUN}`);
  });

  it("is left with both: nothing logs in by itself any more, then LUNs, sessions and records go", () => {
    const { steps, left } = leaveNetworkLvm({ ...leaving(false), config: wide, identity: pinned });
    expect(left[0]?.values?.target).toBe(`${TARGET}, ${NEXT}`);
    expect(steps.at(-1)?.command.argv[5]).toBe(joinNetworkLvm(later, seen()).steps[0]?.command.argv[5]);
    expect(idsOf(steps)).toEqual([
      ...["maps", ...NO_RELOGIN, ...NO_RELOGIN.map((id) => `${id}-t2`), `drop-${OTHER_LUN}`, "log-out", "log-out-t2"],
      ...["unrecord-1", "unrecord-2", "unrecord-1-t2", "no-multipath", "disclaim"],
      ...[`no-multipath-${OTHER_LUN}`, `disclaim-${OTHER_LUN}`, "unmark"],
    ]);
    const out = steps.find(({ id }) => id === "log-out-t2")?.command.argv.slice(4);
    expect(out).toEqual([NEXT, OTHER_LUN, `naa.${OTHER_LUN.slice(1)}`, "10.0.0.1:3260"]);
    expect(steps.find(({ id }) => id === `drop-${OTHER_LUN}`)?.undo).toMatchObject({
      command: { argv: expect.arrayContaining([NEXT]) },
    });
  });

  it("its marks are taken off the group on all of its LUNs", () => {
    const { steps } = leaveNetworkLvm({ ...leaving(true), config: wide, identity: pinned });
    const untag = steps.find(({ id }) => id === "untag")?.command.argv;
    expect(untag).toEqual(expect.arrayContaining(onlyLuns([WWID, OTHER_LUN])));
  });

  it("of a target that none of its LUNs lies on it lets no disk go by an empty name", () => {
    const { steps } = leaveNetworkLvm({ ...leaving(false), config: wide });
    expect(steps.find(({ id }) => id === "log-out-t2")?.command.argv.slice(4, 7)).toEqual([NEXT, "0", "0"]);
  });

  it("each step has its own name", () => {
    for (const { steps } of [
      joinNetworkLvm(later, seen()),
      leaveNetworkLvm({ ...leaving(true), config: wide, identity: pinned }),
    ])
      expect(new Set(idsOf(steps)).size).toBe(steps.length);
  });
});

describe("what a look found for the form", () => {
  it("offers targets and LUNs, each once, and says which portals are silent", () => {
    const found = foundNetworkLvm(facts({ portals: [portal("a"), portal("b"), portal("c", gone("silent"))] }));
    expect(found.map(({ choice, text }) => choice?.value ?? text.key)).toEqual([
      TARGET,
      WWID,
      "network-lvm.found.silent",
    ]);
  });

  it("a LUN without a name of its own is shown, and can't be taken", () => {
    const [, one] = foundNetworkLvm(facts({ portals: [portal("a", { luns: [{ ...lun, wwid: null }] })] }));
    expect(one).toMatchObject({ text: { key: "network-lvm.found.no-wwid" } });
    expect(one?.choice).toBeUndefined();
  });
});
