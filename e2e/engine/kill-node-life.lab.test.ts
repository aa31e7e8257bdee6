import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodesDown } from "../support/nodes.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { killedAt, killRuns, type LoopOutcome, undisturbed } from "./kill-loop.ts";
import { type NodeDeed, type NodeSubjects, nodeSubjects, type SeenNode } from "./node-subject.ts";

let database: TestDatabase;
let made: NodeSubjects;

beforeAll(async () => {
  database = await testDatabase();
  made = await nodeSubjects(database);
}, 1_800_000);
afterAll(async () => {
  await database?.remove();
  await nodesDown();
});

const DEEDS = ["rotated", "kept", "removed"] as const;
/** Points that are tried where not all of them are. */
const AT_MOST = 6;

const seenIn = (outcome: LoopOutcome) => outcome.snapshot as SeenNode;

describe("a node's key, and its removal @B02 @P03", () => {
  const clean = {} as Record<NodeDeed, LoopOutcome>;

  it("end as they should undisturbed: one line of ours, and it is the panel's; or nothing of ours", async () => {
    for (const deed of DEEDS) clean[deed] = await undisturbed(made.subjects[deed]);
    expect(DEEDS.map((deed) => [clean[deed].state, clean[deed].locks])).toEqual([
      ["done", 0],
      // The stranger's own lock is none: it was never confirmed.
      ["undone", 0],
      ["done", 0],
    ]);
    for (const deed of ["rotated", "kept"] as const) {
      const { lines, rows } = seenIn(clean[deed]);
      expect(lines, deed).toHaveLength(1);
      expect(rows.secrets, deed).toEqual([{ id: rows.nodes[0]?.keySecret, purpose: "node-key", ends: false }]);
    }
    expect(seenIn(clean.kept).trace).toEqual(made.before);
    expect(seenIn(clean.rotated).lines).not.toEqual(seenIn(clean.kept).lines);
    const { lines, rows, trace } = seenIn(clean.removed);
    expect([lines, rows.nodes, rows.secrets]).toEqual([[], [], []]);
    expect(trace.filter((line) => /spindle/.test(line))).toEqual([]);
  });

  it("end the same with panel or database killed before, in and after each step, forth and back", async () => {
    for (const { end, victim, points } of killRuns(made.subjects, clean, AT_MOST)) {
      const outcome = await killedAt(made.subjects[end], victim, points);
      expect.soft(outcome, `${end}: ${victim} killed at ${points}`).toEqual(clean[end]);
    }
  }, 14_400_000);
});
