import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodesDown } from "../support/nodes.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { type JoinSubjects, joinSubjects } from "./join-subject.ts";
import { killedAt, killRuns, type LoopOutcome, type LoopSubject, undisturbed } from "./kill-loop.ts";
import { pvsOf } from "./member-subject.ts";
import {
  BESIDE_SAN,
  GROWN_LUN,
  SAN_GROUP,
  type SanDeed,
  type SanSubjects,
  type SeenSan,
  sanSubjects,
} from "./san-subject.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database?.remove();
  await nodesDown();
});

/** Points that are tried where not all of them are. */
const AT_MOST = 6;
const UNDISTURBED_MS = 1_800_000;
const LOOP_MS = 28_800_000;

/** Two nodes, each with a session to two portals. */
const NODES = 2;
const SESSIONS = 4;

/** How a subject ends without a fault, with what is seen then; kept in `clean`. */
async function ended<End extends string>(
  subjects: Record<End, LoopSubject>,
  clean: Record<End, LoopOutcome>,
  end: End,
) {
  clean[end] = await undisturbed(subjects[end]);
  return { ...(clean[end].snapshot as SeenSan), outcome: [clean[end].state, clean[end].locks] };
}

async function endsTheSame<End extends string>(
  subjects: Record<End, LoopSubject>,
  clean: Record<End, LoopOutcome>,
): Promise<void> {
  for (const { end, victim, points } of killRuns(subjects, clean, AT_MOST)) {
    const outcome = await killedAt(subjects[end], victim, points);
    expect.soft(outcome, `${end}: ${victim} killed at ${points}`).toEqual(clean[end]);
  }
}

/** Sizes of the LUNs that multipath has, for each node that has them. */
const lunsIn = ({ san }: Pick<SeenSan, "san">) =>
  san.filter((line) => line.startsWith("dm-uuid-mpath-")).map((line) => Number(line.split(" ")[1]));
/** Names of targets, for each session. */
const sessionsIn = ({ san }: Pick<SeenSan, "san">) => san.filter((line) => line.startsWith("iqn."));

/** Directories of iSCSI's and multipath's own, and multipath's list of LUNs: what `san` shows of it is what counts. */
const OF_TOOLS = /(?:^|\s)\/etc\/(?:multipath(?:\/conf\.d|\/wwids)?|iscsi\/[a-z_]+)(?:\s|$)/;
const withoutTools = (trace: readonly string[]) => trace.filter((line) => !OF_TOOLS.test(line));

describe("a cluster that is created on a bare LUN @B02 @S26 @S27", () => {
  type End = "free" | "taken";
  const clean = {} as Record<End, LoopOutcome>;
  let made: JoinSubjects<SeenSan>;

  beforeAll(async () => {
    made = await joinSubjects(database, "cluster", BESIDE_SAN);
  }, UNDISTURBED_MS);

  it(
    "undisturbed, every node logs in, and the group is made once; where the cluster's name is taken, nothing of it is left on any @P10",
    async () => {
      const { outcome, rows, ...seen } = await ended(made, clean, "free");
      expect(outcome).toEqual(["done", 0]);
      expect(sessionsIn(seen)).toHaveLength(SESSIONS);
      expect(lunsIn(seen)).toHaveLength(NODES);
      expect(pvsOf(seen, SAN_GROUP)).toHaveLength(NODES);
      const shared = rows.storages.find(({ config }) => config.vgName === SAN_GROUP);
      expect(seen.trace.filter((line) => line.includes(`spindle.storage=${shared?.id}`))).toHaveLength(NODES);
      const pinned = rows.pinned.filter(({ storageId }) => storageId === shared?.id);
      expect(pinned.map(({ identity }) => identity.vgUuid)).toEqual([SAN_GROUP, SAN_GROUP]);

      const taken = await ended(made, clean, "taken");
      expect(taken.outcome).toEqual(["undone", 0]);
      expect([taken.san, taken.volumes]).toEqual([made.before.san, made.before.volumes]);
      expect(withoutTools(taken.trace)).toEqual(withoutTools(made.before.trace));
    },
    UNDISTURBED_MS,
  );

  it(
    "ends the same with panel or database killed before, in and after each step, forth and back",
    () => endsTheSame({ free: made.free, taken: made.taken }, clean),
    LOOP_MS,
  );
});

describe("LUNs that come and grow, a storage that is removed, a cluster that is deleted @B02 @P14 @S28", () => {
  const clean = {} as Record<SanDeed, LoopOutcome>;
  let made: SanSubjects;
  const ends = (deed: SanDeed) => ended(made.subjects, clean, deed);
  const pinnedIn = (rows: SeenSan["rows"]) =>
    rows.pinned.filter(({ storageId }) => storageId === made.member.storageId("network-lvm"));

  beforeAll(async () => {
    made = await sanSubjects(database);
  }, UNDISTURBED_MS);

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
    () => endsTheSame(made.subjects, clean),
    LOOP_MS,
  );
});
