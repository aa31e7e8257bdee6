import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import type { LabNode } from "../../lab/index.ts";
import { db } from "../../lib/db/client.ts";
import { taskLog, taskSteps } from "../../lib/db/schema/index.ts";
import { bareNodes } from "../support/nodes.ts";
import {
  engineFrozen,
  killedAt,
  type LoopOutcome,
  type LoopSubject,
  runsOf,
  undisturbed,
  VICTIMS,
} from "./kill-loop.ts";
import { databaseOfTests } from "./kill-test.ts";
import { SAMPLE_SECRET, sampleOn } from "./sample-plan.ts";

const MODULES = [new URL("sample-steps.ts", import.meta.url).pathname];

const database = databaseOfTests();
let node: LabNode;

beforeAll(async () => {
  node = (await bareNodes()).nodes[0]!;
});

async function subjectOf(fails: boolean): Promise<LoopSubject> {
  const sample = await sampleOn(node, fails);
  return { database: database(), modules: MODULES, ...sample, ...(fails ? { failsAt: 4 } : {}) };
}

describe.each([
  ["a plan that works", false, "done"],
  ["a plan whose last step fails", true, "undone"],
] as const)("%s", (_name, fails, state) => {
  let subject: LoopSubject;
  let clean: LoopOutcome;
  let before: unknown;

  beforeAll(async () => {
    subject = await subjectOf(fails);
    await subject.clean();
    before = await subject.snapshot();
    clean = await undisturbed(subject);
  });

  it("ends as it should without a fault, and leaves nothing else", () => {
    expect(clean.state).toBe(state);
    expect(clean.locks).toBe(0);
    if (fails) expect(clean.snapshot).toEqual(before);
    else expect(clean.snapshot).toMatchSnapshot();
  });

  it("keeps what was printed and shows no secret", async () => {
    const rows = await db().select().from(taskSteps).where(eq(taskSteps.stepId, "mark"));
    expect(rows.at(-1)?.output).toContain("done é");
    const lines = await db().select({ line: taskLog.line }).from(taskLog);
    const said = JSON.stringify([rows, lines]);
    expect(said).toContain("‹secret›");
    expect(said).not.toContain(SAMPLE_SECRET);
  });

  it.each(VICTIMS)(
    "ends the same with the %s killed before, in and after each step, forth and back",
    async (victim) => {
      for (const points of runsOf(subject, clean))
        expect.soft(await killedAt(subject, victim, points), `killed at ${points}`).toEqual(clean);
    },
  );
});

it("an engine that was frozen until another one took its task does no harm when it thaws", async () => {
  const subject = await subjectOf(false);
  const clean = await undisturbed(subject);
  for (const point of ["before", "during", "after"]) {
    expect(await engineFrozen(subject, `sample.works:3:${point}`)).toEqual(clean);
  }
});
