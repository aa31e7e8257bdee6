import { beforeAll, describe, expect, it } from "vitest";
import { type JoinSubjects, joinSubjects } from "./join-subject.ts";
import { databaseOfTests, killLoop, LOOP_MS, MAKE_MS } from "./kill-test.ts";
import { pvsOf } from "./member-subject.ts";
import { BESIDE_SAN, GROWN_LUN, SAN_GROUP, type SanSubjects, type SeenSan, sanSubjects } from "./san-subject.ts";

const database = databaseOfTests();

const UNDISTURBED_MS = 1_800_000;
/** Two nodes and a SAN are put back before each run. */
const SAN_LOOP_MS = 2 * LOOP_MS;

/** Two nodes, each with a session to two portals. */
const NODES = 2;
const SESSIONS = 4;

/** Sizes of the LUNs that multipath has, for each node that has them. */
const lunsIn = ({ san }: Pick<SeenSan, "san">) =>
  san.filter((line) => line.startsWith("dm-uuid-mpath-")).map((line) => Number(line.split(" ")[1]));
/** Names of targets, for each session. */
const sessionsIn = ({ san }: Pick<SeenSan, "san">) => san.filter((line) => line.startsWith("iqn."));

/** Directories of iSCSI's and multipath's own, and multipath's list of LUNs: what `san` shows of it is what counts. */
const OF_TOOLS = /(?:^|\s)\/etc\/(?:multipath(?:\/conf\.d|\/wwids)?|iscsi\/[a-z_]+)(?:\s|$)/;
const withoutTools = (trace: readonly string[]) => trace.filter((line) => !OF_TOOLS.test(line));

describe("a cluster that is created on a bare LUN @B02 @S26 @S27", () => {
  let made: JoinSubjects<SeenSan>;
  const { ends, endsTheSame } = killLoop(() => made.subjects);

  beforeAll(async () => {
    made = await joinSubjects(database(), "cluster", BESIDE_SAN);
  }, MAKE_MS);

  it(
    "undisturbed, every node logs in, and the group is made once; where the cluster's name is taken, nothing of it is left on any @P10",
    async () => {
      const { outcome, rows, ...seen } = await ends("free");
      expect(outcome).toEqual(["done", 0]);
      expect(sessionsIn(seen)).toHaveLength(SESSIONS);
      expect(lunsIn(seen)).toHaveLength(NODES);
      expect(pvsOf(seen, SAN_GROUP)).toHaveLength(NODES);
      const shared = rows.storages.find(({ config }) => config.vgName === SAN_GROUP);
      expect(seen.trace.filter((line) => line.includes(`spindle.storage=${shared?.id}`))).toHaveLength(NODES);
      const pinned = rows.pinned.filter(({ storageId }) => storageId === shared?.id);
      expect(pinned.map(({ identity }) => identity.vgUuid)).toEqual([SAN_GROUP, SAN_GROUP]);

      const taken = await ends("taken");
      expect(taken.outcome).toEqual(["undone", 0]);
      expect([taken.san, taken.volumes]).toEqual([made.before.san, made.before.volumes]);
      expect(withoutTools(taken.trace)).toEqual(withoutTools(made.before.trace));
    },
    UNDISTURBED_MS,
  );

  it(
    "ends the same with panel or database killed before, in and after each step, forth and back",
    () => endsTheSame(),
    SAN_LOOP_MS,
  );
});

describe("LUNs that come and grow, a storage that is removed, a cluster that is deleted @B02 @P14 @S28", () => {
  let made: SanSubjects;
  const { ends, endsTheSame } = killLoop(() => made.subjects);
  const pinnedIn = (rows: SeenSan["rows"]) =>
    rows.pinned.filter(({ storageId }) => storageId === made.member.storageId("network-lvm"));

  beforeAll(async () => {
    made = await sanSubjects(database());
  }, MAKE_MS);

  it(
    "undisturbed, another LUN is in the group on both nodes; where the storage has left them meanwhile, it is as it was @P15 @P10",
    async () => {
      const { outcome, rows, ...seen } = await ends("extended");
      expect(outcome).toEqual(["done", 0]);
      expect(pvsOf(seen, SAN_GROUP)).toHaveLength(2 * NODES);
      expect(lunsIn(seen)).toHaveLength(2 * NODES);
      const pinned = pinnedIn(rows).map(({ identity }) =>
        [identity.wwid, identity.pvUuids].map((list) => list?.split(",")),
      );
      expect(pinned).toHaveLength(NODES);
      for (const lists of pinned) expect(lists.map((list) => list?.length)).toEqual([2, 2]);

      const left = await ends("left");
      expect(left.outcome).toEqual(["undone", 0]);
      const { trace, volumes, san } = made.before;
      expect([left.trace, left.volumes, left.san]).toEqual([trace, volumes, san]);
    },
    UNDISTURBED_MS,
  );

  it(
    "undisturbed, a LUN of another target is in the group on both nodes, which are logged in there as well @P15 @S26",
    async () => {
      const { outcome, rows, ...seen } = await ends("further");
      expect(outcome).toEqual(["done", 0]);
      expect(pvsOf(seen, SAN_GROUP)).toHaveLength(2 * NODES);
      expect(sessionsIn(seen)).toHaveLength(2 * SESSIONS);
      expect(new Set(pinnedIn(rows).map(({ identity }) => identity.target?.split(",").length))).toEqual(new Set([2]));
    },
    UNDISTURBED_MS,
  );

  it(
    "undisturbed, a LUN that has grown on the array is as large on both nodes, and its PV fills it @P15",
    async () => {
      const { outcome, ...seen } = await ends("grown");
      expect(outcome).toEqual(["done", 0]);
      expect(lunsIn(seen)).toEqual([GROWN_LUN, GROWN_LUN]);
      const extentsOf = (one: SeenSan) => pvsOf(one, SAN_GROUP).map((line) => Number(line.split(/\s+/)[3]));
      const [first = 0, second] = extentsOf(seen);
      expect(second).toBe(first);
      expect(first).toBeGreaterThan(extentsOf(made.before)[0] ?? 0);
    },
    UNDISTURBED_MS,
  );

  it(
    "undisturbed, a storage that is removed leaves nothing on either node, and no secret",
    async () => {
      const { outcome, rows, ...seen } = await ends("removed");
      expect(outcome).toEqual(["done", 0]);
      expect(rows.storages.map(({ id }) => id)).toEqual([made.member.storageId("file")]);
      expect(rows.secrets.map(({ purpose }) => purpose)).toEqual(["node-key", "node-key"]);
      // Names of units have no underscores.
      const id = new RegExp(made.member.storageId("network-lvm").replaceAll("_", "[_-]"));
      expect(seen.trace.filter((line) => id.test(line))).toEqual([]);
      expect([seen.san, pvsOf(seen, SAN_GROUP)]).toEqual([[], []]);
    },
    UNDISTURBED_MS,
  );

  it(
    "undisturbed, a cluster that is deleted leaves nothing of ours on its nodes and no row",
    async () => {
      const { outcome, rows, ...seen } = await ends("deleted");
      expect(outcome).toEqual(["done", 0]);
      for (const [table, left] of Object.entries(rows)) expect(left, table).toEqual([]);
      expect(seen.trace.filter((line) => /spindle/.test(line))).toEqual([]);
      expect([seen.san, pvsOf(seen, SAN_GROUP)]).toEqual([[], []]);
    },
    UNDISTURBED_MS,
  );

  it(
    "end the same with panel or database killed before, in and after each step, forth and back",
    () => endsTheSame(),
    SAN_LOOP_MS,
  );
});
