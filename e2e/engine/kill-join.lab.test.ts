import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodesDown } from "../support/nodes.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { type JoinKind, type JoinSubjects, joinSubjects, ONE_NODE } from "./join-subject.ts";
import { drawn, killedAt, killRuns, type LoopOutcome, undisturbed } from "./kill-loop.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database?.remove();
  await nodesDown();
});

const ENDS = ["free", "taken"] as const;
/** Points of the one loop that a landing has time for. */
const AT_A_LANDING = 3;
const LOOPS: [string, JoinKind][] = [
  ["the creation of a cluster", "cluster"],
  ["a join", "join"],
];

describe.each(drawn(1, LOOPS, ([title]) => title))("%s @B02", (_title, what) => {
  let subjects: JoinSubjects;
  const clean = {} as Record<(typeof ENDS)[number], LoopOutcome>;

  beforeAll(async () => {
    subjects = await joinSubjects(database, what, ONE_NODE);
  });

  it("ends as it should undisturbed; where its last step fails nothing is left on the node @P02 @P10", async () => {
    for (const end of ENDS) clean[end] = await undisturbed(subjects[end]);
    const traces = ENDS.map((end) => (clean[end].snapshot as { trace: string[] }).trace);
    expect(ENDS.map((end) => [clean[end].state, clean[end].locks])).toEqual([
      ["done", 0],
      ["undone", 0],
    ]);
    expect(traces[0]).not.toEqual(subjects.before.trace);
    expect(traces[1]).toEqual(subjects.before.trace);
  });

  it("ends the same with panel or database killed before, in and after each step, forth and back", async () => {
    for (const run of killRuns({ free: subjects.free, taken: subjects.taken }, clean, AT_A_LANDING)) {
      const outcome = await killedAt(subjects[run.end], run.victim, run.points);
      expect.soft(outcome, `name or address ${run.end}: ${run.victim} killed at ${run.points}`).toEqual(clean[run.end]);
    }
  }, 14_400_000);
});
