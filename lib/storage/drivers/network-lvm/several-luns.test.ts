import { describe, expect, it } from "vitest";
import type { NetworkLvmFacts } from "./facts.ts";
import { joinNetworkLvm } from "./join.ts";
import { leaveNetworkLvm } from "./leave.ts";
import type { LunLook } from "./look.ts";
import {
  group,
  idsOf,
  joinContext,
  joinFacts,
  leaveContext,
  lun,
  NO_RELOGIN,
  OTHER,
  PINNED,
  portal,
  RELOGIN,
  SECOND,
  withGroup,
  WWID,
} from "./test-storage.ts";

describe("a storage on several LUNs", () => {
  const pinned = { ...PINNED, pvUuids: "P,Q", wwid: `${WWID},${SECOND}` };
  const both = (size = 2 ** 31) =>
    withPortals([lun(), lun(SECOND, { lun: "0002000000000000", size })], { contents: { kind: "group", group } });
  const withPortals = (luns: LunLook[], change: Partial<NetworkLvmFacts>) =>
    joinFacts({ portals: [portal("10.0.0.1", { luns }), portal("10.0.0.2", { luns })], ...change });

  it("a node that joins later reaches all of them, and is pinned to all of them", () => {
    const { steps, identity, rows, uses } = joinNetworkLvm(joinContext({ ...OTHER, pinned }), both());
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
    const { rows, steps } = joinNetworkLvm(joinContext({ ...OTHER, pinned }), withGroup());
    expect([rows.find(({ state }) => state === "fail")?.id, steps]).toEqual([`lun-${SECOND}`, []]);
  });

  it("is left with all of them, the added one first, and one drop-in for each", () => {
    const { steps } = leaveNetworkLvm({ ...leaveContext(false), identity: pinned });
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
