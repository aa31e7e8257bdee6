import { beforeAll, describe, expect, it } from "vitest";
import { type JoinKind, type JoinSubjects, joinSubjects, ONE_NODE } from "./join-subject.ts";
import { drawn } from "./kill-loop.ts";
import { databaseOfTests, killLoop, LOOP_MS } from "./kill-test.ts";

const database = databaseOfTests();

/** Points of the one loop that a landing has time for. */
const AT_A_LANDING = 3;
const LOOPS: [string, JoinKind][] = [
  ["the creation of a cluster", "cluster"],
  ["a join", "join"],
];

describe.each(drawn(1, LOOPS, ([title]) => title))("%s @B02", (_title, what) => {
  let made: JoinSubjects;
  const { ends, endsTheSame } = killLoop(() => made.subjects);

  beforeAll(async () => {
    made = await joinSubjects(database(), what, ONE_NODE);
  });

  it("ends as it should undisturbed; where its last step fails nothing is left on the node @P02 @P10", async () => {
    const free = await ends("free");
    const taken = await ends("taken");
    expect([free.outcome, taken.outcome]).toEqual([
      ["done", 0],
      ["undone", 0],
    ]);
    expect(free.trace).not.toEqual(made.before.trace);
    expect(taken.trace).toEqual(made.before.trace);
  });

  it(
    "ends the same with panel or database killed before, in and after each step, forth and back",
    () => endsTheSame(AT_A_LANDING),
    LOOP_MS,
  );
});
