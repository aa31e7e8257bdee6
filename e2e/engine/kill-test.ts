import { afterAll, beforeAll, expect } from "vitest";
import { nodesDown } from "../support/nodes.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { killedAt, killRuns, type LoopOutcome, type LoopSubject, undisturbed } from "./kill-loop.ts";

/** How long the subjects of a loop may take to be made. */
export const MAKE_MS = 1_800_000;
/** How long a loop may take when it is full. */
export const LOOP_MS = 14_400_000;
/** Points that are tried where not all of them are. */
const AT_MOST = 6;

/** The database of one file's tests, there from before the first to after the last; no node runs after them. */
export function databaseOfTests(): () => TestDatabase {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => {
    await database?.remove();
    await nodesDown();
  });
  return () => {
    if (!database) throw new Error("the database is not there yet");
    return database;
  };
}

/** What the tests of one loop have together: how each subject ends without a fault, which is how it is to end with one. */
export function killLoop<End extends string, Seen extends object>(subjects: () => Record<End, LoopSubject<Seen>>) {
  const clean = {} as Record<End, LoopOutcome<Seen>>;
  return {
    /** How a subject ends without a fault, and what is seen then. */
    async ends(end: End) {
      clean[end] = await undisturbed(subjects()[end]);
      const { state, locks, snapshot } = clean[end];
      return { ...snapshot, outcome: [state, locks] };
    },
    /** Every subject, once all have ended without a fault. */
    async endsTheSame(atMost = AT_MOST): Promise<void> {
      for (const { end, victim, points } of killRuns(subjects(), clean, atMost)) {
        const outcome = await killedAt(subjects()[end], victim, points);
        expect.soft(outcome, `${end}: ${victim} killed at ${points}`).toEqual(clean[end]);
      }
    },
  };
}
