import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../lab/index.ts";
import { traceOf } from "../join/trace.ts";
import { nodesDown, preparedNodes } from "../support/nodes.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { joinSubject } from "./join-subject.ts";
import {
  chosenPoints,
  databaseKilled,
  engineKilled,
  type LoopOutcome,
  type LoopSubject,
  pointsOf,
  undisturbed,
} from "./kill-loop.ts";

let database: TestDatabase;
let lab: Lab;

beforeAll(async () => {
  [database, lab] = await Promise.all([testDatabase(), preparedNodes()]);
});
afterAll(async () => {
  await database?.remove();
  await nodesDown();
});

const VICTIMS = { panel: engineKilled, database: databaseKilled };

describe.each([
  ["the creation of a cluster", { what: "cluster", taken: false }, "done"],
  ["the creation of a cluster whose name was taken meanwhile", { what: "cluster", taken: true }, "undone"],
  ["a join", { what: "join", taken: false }, "done"],
  ["a join of a machine that was joined elsewhere meanwhile", { what: "join", taken: true }, "undone"],
] as const)("%s @B02", (_title, one, state) => {
  let subject: LoopSubject;
  let before: string[];
  let clean: LoopOutcome;

  beforeAll(async () => {
    subject = await joinSubject(database, one);
    await subject.clean();
    before = await traceOf(lab.nodes[0]!);
    clean = await undisturbed(subject);
  });

  it("ends as it should undisturbed; what failed leaves nothing on the node @P10", () => {
    expect([clean.state, clean.locks]).toEqual([state, 0]);
    const { trace } = clean.snapshot as { trace: string[] };
    if (one.taken) expect(trace).toEqual(before);
    else expect(trace).not.toEqual(before);
  });

  it("ends the same with panel or database killed before, in and after each step, forth and back @P02", async () => {
    const all = Object.keys(VICTIMS).flatMap((victim) => pointsOf(subject).map((point) => `${victim} ${point}`));
    for (const each of chosenPoints(all)) {
      const [victim, point] = each.split(" ") as [keyof typeof VICTIMS, string];
      const started = performance.now();
      expect.soft(await VICTIMS[victim](subject, point), each).toEqual(clean);
      console.log(`  ${each}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
  }, 7_200_000);
});
