import { describe, expect, it } from "vitest";
import type { NetworkLvmFacts } from "./facts.ts";
import { joinNetworkLvm } from "./join.ts";
import {
  FIRST,
  gone,
  idsOf,
  joinContext,
  joinFacts,
  lun,
  node,
  OTHER,
  PINNED,
  portal,
  RELOGIN,
  TARGET,
  VG,
  withGroup,
  WWID,
} from "./test-storage.ts";

const REACH = ["mark", "multipath", "claim", "record-1", "record-2", "log-in", ...RELOGIN, "lun"];
const MAKE = ["pv-1", "vg", "vg-uuid"];
const ADOPT = ["no-auto", "rest", "tag", "vg-uuid"];

function outcome(found: NetworkLvmFacts, shared = FIRST, choices: Record<string, string> = {}) {
  const { rows, steps } = joinNetworkLvm(joinContext(shared, choices), found);
  const worst = rows.find(({ state }) => state === "fail") ?? rows.find(({ state }) => state === "warning");
  return { says: worst?.detail?.key.replace("network-lvm.", "") ?? "all well", steps: idsOf(steps) };
}

describe("a node joins", () => {
  it("the first makes the group once, then the others see it", () => {
    const [first, other] = [
      joinNetworkLvm(joinContext(), joinFacts()),
      joinNetworkLvm(joinContext(OTHER), joinFacts()),
    ];
    expect(idsOf(first.steps)).toEqual([...REACH, ...MAKE]);
    expect(idsOf(other.steps)).toEqual([...REACH, "vg-uuid"]);
    expect(new Set(first.steps.map(({ stage = 0 }) => stage))).toEqual(new Set([0]));
    expect(new Set(other.steps.map(({ stage = 0 }) => stage))).toEqual(new Set([1]));
  });

  it("pinned the same on every node; only the task knows which UUID the group got", () => {
    const [first, other] = [
      joinNetworkLvm(joinContext(), joinFacts()),
      joinNetworkLvm(joinContext(OTHER), joinFacts()),
    ];
    expect(other.identity).toEqual(first.identity);
    expect(first.identity).toMatchObject({ wwid: WWID, target: TARGET, vgUuid: "" });
    expect([first.late, other.late]).toEqual(Array(2).fill({ step: "vg-uuid", fields: ["vgUuid"] }));
  });

  it("a node that comes later makes nothing, and meets the group that is pinned", () => {
    const later = { isFirst: false, pinned: PINNED, others: [] };
    const { steps } = joinNetworkLvm(joinContext(later), withGroup({ tags: ["spindle.storage=st_1"] }));
    expect(idsOf(steps)).toEqual([...REACH, "vg-uuid"]);
    expect(steps.every(({ stage }) => stage === undefined)).toBe(true);
    expect(outcome(joinFacts(), later).says).toBe("contents.not-pinned");
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
      joinNetworkLvm(joinContext(part), found).uses.map(({ scope, value }) => `${scope} ${value}`);
    expect(scopes(joinFacts())).toEqual([`lun ${WWID}`]);
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
    ["no portal answers", joinFacts({ portals: [portal("10.0.0.1", gone("silent"))] }), "reach.silent"],
    ["it is not let in", joinFacts({ portals: [portal("10.0.0.1", gone("auth"))] }), "reach.auth"],
    [
      "another answers in the target's place",
      joinFacts({ portals: [portal("a", gone("target-unproven"))] }),
      "reach.target-unproven",
    ],
    ["the target shows nothing", joinFacts({ portals: [portal("a", { luns: [] })] }), "lun.none"],
    ["it shows another LUN", joinFacts({ portals: [portal("a", { luns: [lun(null)] })] }), "lun.other"],
    [
      "a portal shows another size",
      joinFacts({ portals: [portal("a"), portal("b", { luns: [lun(WWID, { size: 1 })] })] }),
      "lun.not-everywhere",
    ],
    [
      "somebody has keys for it",
      joinFacts({ portals: [portal("a", { luns: [lun(WWID, { keys: ["ab"] })] })] }),
      "lun.reserved",
    ],
    [
      "a portal does not show it",
      joinFacts({ portals: [portal("a"), portal("b", { luns: [] })] }),
      "lun.not-everywhere",
    ],
    [
      "it can't be read",
      joinFacts({ contents: null, contentsProblem: { what: "scsi", detail: "" } }),
      "contents.unread",
    ],
    ["it holds a file system", joinFacts({ contents: { kind: "signature", name: "XFS" } }), "contents.signature"],
    ["it holds a PV", joinFacts({ contents: { kind: "pv", uuid: "P" } }), "contents.pv"],
    ["it holds data", joinFacts({ contents: { kind: "data" } }), "contents.data"],
    ["it holds another group", withGroup({ name: "data" }), "contents.other-group"],
    ["another panel's group", withGroup({ tags: ["spindle.panel=pa_2"] }), "contents.owned"],
    ["another storage's group", withGroup({ tags: ["spindle.panel=pa_1", "spindle.storage=st_2"] }), "contents.owned"],
    ["a group with a lock manager", withGroup({ lockType: "sanlock" }), "contents.locked"],
    ["a group of one system", withGroup({ systemId: "box" }), "contents.system-id"],
    ["a group over several LUNs", withGroup({ pvUuids: ["P", "Q"] }), "contents.several-pvs"],
    ["records of somebody else", joinFacts({ node: { ...node, records: ["10.0.0.1,3260,1"] } }), "own.records"],
    ["a session of somebody else", joinFacts({ node: { ...node, sessions: ["LOGGED_IN"] } }), "own.sessions"],
    ["something called so", joinFacts({ node: { ...node, nameInDev: true } }), "own.name-in-dev"],
  ];
  it.each(REFUSED)("is refused where %s", (_what, found, says) => {
    expect(outcome(found, FIRST, { adopt: VG })).toEqual({ says, steps: [] });
  });

  it("is refused where another node has its initiator name", () => {
    const twin = { isFirst: true, pinned: null, others: [{ label: "10.0.0.2", facts: joinFacts() }] };
    expect(outcome(joinFacts(), twin)).toEqual({ says: "initiator.twin", steps: [] });
    const unnamed = joinFacts({ node: { ...node, initiator: "" } });
    expect(outcome(unnamed, { ...twin, others: [{ label: "x", facts: unnamed }] }).says).toBe("all well");
  });

  it("over the portals that answer, with a warning", () => {
    const found = joinFacts({ portals: [portal("10.0.0.1"), portal("10.0.0.2", gone("refused"))] });
    expect(outcome(found)).toEqual({ says: "reach.some", steps: [...REACH, ...MAKE] });
  });

  it("says what is on the LUN before it is taken over", () => {
    const row = joinNetworkLvm(joinContext(), withGroup({ tags: ["theirs"] })).rows.find(({ id }) => id === "contents");
    expect(row?.detail?.values).toMatchObject({ uuid: VG, volumes: "root", tags: "theirs", host: "old" });
    expect(row?.choices).toMatchObject([{ key: "adopt", value: VG }]);
  });
});
