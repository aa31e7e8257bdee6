import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isFull } from "../fixtures/run.ts";
import { nodesDown } from "../support/nodes.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { type JoinKind, type JoinSubjects, joinSubjects } from "./join-subject.ts";
import { drawn, killedAt, type LoopOutcome, pointsOf, runsOf, undisturbed, VICTIMS } from "./kill-loop.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database?.remove();
  await nodesDown();
});

const ENDS = ["free", "taken"] as const;
/** Of each loop at a landing; six in all. */
const AT_A_LANDING = 3;

describe.each([
  ["the creation of a cluster", "cluster"],
  ["a join", "join"],
] as [string, JoinKind][])("%s @B02", (_title, what) => {
  let subjects: JoinSubjects;
  const clean = {} as Record<(typeof ENDS)[number], LoopOutcome>;

  beforeAll(async () => {
    subjects = await joinSubjects(database, what);
  });

  it("ends as it should undisturbed; where its last step fails nothing is left on the node @P02 @P10", async () => {
    for (const end of ENDS) clean[end] = await undisturbed(subjects[end]);
    const traces = ENDS.map((end) => (clean[end].snapshot as { trace: string[] }).trace);
    expect(ENDS.map((end) => [clean[end].state, clean[end].locks])).toEqual([
      ["done", 0],
      ["undone", 0],
    ]);
    expect(traces[0]).not.toEqual(subjects.before);
    expect(traces[1]).toEqual(subjects.before);
  });

  it("ends the same with panel or database killed before, in and after each step, forth and back", async () => {
    const all = ENDS.flatMap((end) => {
      const subject = subjects[end];
      const runs = isFull ? runsOf(subject) : pointsOf(subject).map((point) => [point]);
      return VICTIMS.flatMap((victim) => runs.map((points) => ({ end, victim, points })));
    });
    const nameOf = ({ end, victim, points }: (typeof all)[number]) => `${end} ${victim} ${points.join(" ")}`;
    for (const run of isFull ? all : drawn(AT_A_LANDING, all, nameOf)) {
      const outcome = await killedAt(subjects[run.end], run.victim, run.points);
      expect.soft(outcome, `name or address ${run.end}: ${run.victim} killed at ${run.points}`).toEqual(clean[run.end]);
    }
  }, 14_400_000);
});
