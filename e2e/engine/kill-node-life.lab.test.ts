import { beforeAll, describe, expect, it } from "vitest";
import { databaseOfTests, killLoop, LOOP_MS, MAKE_MS } from "./kill-test.ts";
import { type NodeSubjects, nodeSubjects } from "./node-subject.ts";

const database = databaseOfTests();

describe("a node's key, and its removal @B02 @P03", () => {
  let made: NodeSubjects;
  const { ends, endsTheSame } = killLoop(() => made.subjects);

  beforeAll(async () => {
    made = await nodeSubjects(database());
  }, MAKE_MS);

  it("end as they should undisturbed: one line of ours, and it is the panel's; or nothing of ours", async () => {
    const rotated = await ends("rotated");
    const kept = await ends("kept");
    const removed = await ends("removed");
    expect([rotated.outcome, kept.outcome, removed.outcome]).toEqual([
      ["done", 0],
      // The stranger's own lock is none: it was never confirmed.
      ["undone", 0],
      ["done", 0],
    ]);
    for (const [deed, { lines, rows }] of Object.entries({ rotated, kept })) {
      expect(lines, deed).toHaveLength(1);
      expect(rows.secrets, deed).toEqual([{ id: rows.nodes[0]?.keySecret, purpose: "node-key", ends: false }]);
    }
    expect(kept.trace).toEqual(made.before.trace);
    expect(rotated.lines).not.toEqual(kept.lines);
    expect([removed.lines, removed.rows.nodes, removed.rows.secrets]).toEqual([[], [], []]);
    expect(removed.trace.filter((line) => /spindle/.test(line))).toEqual([]);
  });

  it(
    "end the same with panel or database killed before, in and after each step, forth and back",
    () => endsTheSame(),
    LOOP_MS,
  );
});
