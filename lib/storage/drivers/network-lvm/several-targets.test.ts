import { describe, expect, it } from "vitest";
import { networkLvmConfig } from "./config.ts";
import type { NetworkLvmFacts } from "./facts.ts";
import { joinNetworkLvm } from "./join.ts";
import { leaveNetworkLvm } from "./leave.ts";
import {
  config,
  gone,
  group,
  idsOf,
  joinContext,
  joinFacts,
  leaveContext,
  lun,
  NEXT,
  NO_RELOGIN,
  node,
  OTHER,
  PINNED,
  portal,
  RELOGIN,
  TARGET,
  THIRD,
  WWID,
} from "./test-storage.ts";
import { onlyLuns } from "./wwid.ts";

describe("a storage on LUNs of several targets", () => {
  const next = { portals: "10.0.0.1", target: NEXT, chapUser: "nextin", chapSecret: "se_00000000000000ab" };
  const wide = networkLvmConfig.parse({ ...config, targets: [next] });
  const pinned = { ...PINNED, pvUuids: "P,Q", wwid: `${WWID},${THIRD}`, target: `${TARGET},${NEXT}` };
  const later = { ...joinContext({ ...OTHER, pinned }), config: wide };
  const shown = portal("10.0.0.1", { luns: [lun(THIRD)] });
  const seen = (change: Partial<NetworkLvmFacts> = {}) =>
    joinFacts({ contents: { kind: "group", group }, more: { [NEXT]: { node, portals: [shown] } }, ...change });
  const failed = (found: NetworkLvmFacts) =>
    joinNetworkLvm(later, found)
      .rows.filter(({ state }) => state === "fail")
      .map(({ id }) => id);

  it("a node that joins later notes, logs in to and keeps up both, and is pinned to the LUNs of both", () => {
    const { steps, identity, rows, uses } = joinNetworkLvm(later, seen());
    expect(rows.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["reach", "reach-t2", "lun", `lun-${THIRD}`, "own", "own-t2"]),
    );
    expect(failed(seen())).toEqual([]);
    expect(idsOf(steps)).toEqual([
      ...["mark", "multipath", "claim", `multipath-${THIRD}`, `claim-${THIRD}`],
      ...["record-1", "record-2", "log-in", ...RELOGIN, "lun"],
      ...["record-1-t2", "log-in-t2", ...RELOGIN.map((id) => `${id}-t2`), `scan-${THIRD}`, `lun-${THIRD}`],
      "vg-uuid",
    ]);
    expect(steps[0]?.command.argv[5]).toBe(
      ["panel pa_1", `target ${TARGET}`, `target ${NEXT}`, `wwid ${WWID}`, `wwid ${THIRD}`].join("\n"),
    );
    expect(identity).toMatchObject({ wwid: pinned.wwid, target: pinned.target });
    expect(uses.map((use) => use.label)).toEqual([`${TARGET} ${WWID}`, `${NEXT} ${THIRD}`]);
  });

  it("each target's records have its own secrets, and its units ask for it alone", () => {
    const { steps } = joinNetworkLvm(later, seen());
    const of = (id: string) => steps.find((step) => step.id === id)?.command;
    expect(of("record-1")?.stdin).toEqual([{ secret: config.chapSecret }, { secret: config.reverseSecret }]);
    expect(of("record-1-t2")?.stdin).toEqual([{ secret: next.chapSecret }]);
    expect(of("relogin-service")?.argv[5]).not.toContain(NEXT);
    expect(of("relogin-service-t2")?.argv[4]).toBe("/etc/systemd/system/spindle-st-1-t2-login.service");
    expect(of("relogin-service-t2")?.argv[5]).not.toContain(TARGET);
    expect(of(`scan-${THIRD}`)?.argv).toContain(NEXT);
    expect(steps.find(({ id }) => id === "log-in-t2")?.undo).toMatchObject({
      command: { argv: expect.arrayContaining([NEXT, THIRD]) },
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
    ["it shows another LUN", { portals: [portal("10.0.0.1")] }, `lun-${THIRD}`],
    ["somebody else uses it on the node", { portals: [shown], node: { ...node, records: ["10.0.0.1"] } }, "own-t2"],
  ])("is refused where %s", (_what, change, row) => {
    expect(failed(seen({ more: { [NEXT]: { node, ...change } } }))).toContain(row);
  });

  it("is refused where it was looked at before the target was added", () => {
    const { more: _, ...old } = seen();
    expect(failed(old)).toEqual(["reach-t2", `lun-${THIRD}`]);
  });

  it("is left with both: nothing logs in by itself any more, then LUNs, sessions and records go", () => {
    const { steps, left } = leaveNetworkLvm({ ...leaveContext(false), config: wide, identity: pinned });
    expect(left[0]?.values?.target).toBe(`${TARGET}, ${NEXT}`);
    expect(steps.at(-1)?.command.argv[5]).toBe(joinNetworkLvm(later, seen()).steps[0]?.command.argv[5]);
    expect(idsOf(steps)).toEqual([
      ...["maps", ...NO_RELOGIN, ...NO_RELOGIN.map((id) => `${id}-t2`), `drop-${THIRD}`, "log-out", "log-out-t2"],
      ...["unrecord-1", "unrecord-2", "unrecord-1-t2", "no-multipath", "disclaim"],
      ...[`no-multipath-${THIRD}`, `disclaim-${THIRD}`, "unmark"],
    ]);
    const out = steps.find(({ id }) => id === "log-out-t2")?.command.argv.slice(4);
    expect(out).toEqual([NEXT, THIRD, `naa.${THIRD.slice(1)}`, "10.0.0.1:3260"]);
    expect(steps.find(({ id }) => id === `drop-${THIRD}`)?.undo).toMatchObject({
      command: { argv: expect.arrayContaining([NEXT]) },
    });
  });

  it("its marks are taken off the group on all of its LUNs", () => {
    const { steps } = leaveNetworkLvm({ ...leaveContext(true), config: wide, identity: pinned });
    const untag = steps.find(({ id }) => id === "untag")?.command.argv;
    expect(untag).toEqual(expect.arrayContaining(onlyLuns([WWID, THIRD])));
  });

  it("of a target that none of its LUNs lies on it lets no disk go by an empty name", () => {
    const { steps } = leaveNetworkLvm({ ...leaveContext(false), config: wide });
    expect(steps.find(({ id }) => id === "log-out-t2")?.command.argv.slice(4, 7)).toEqual([NEXT, "0", "0"]);
  });

  it("each step has its own name", () => {
    for (const { steps } of [
      joinNetworkLvm(later, seen()),
      leaveNetworkLvm({ ...leaveContext(true), config: wide, identity: pinned }),
    ])
      expect(new Set(idsOf(steps)).size).toBe(steps.length);
  });
});
