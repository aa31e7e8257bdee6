import { expect } from "@playwright/test";
import { isFull } from "../../lab/index.ts";
import { nodesDown } from "../support/nodes.ts";
import { test } from "../support/situation.ts";
import { invite } from "../verbs/administrators.ts";
import { createMany, extentsOf, fillEach, idsOf, MIB, type Person, removeMany, strange } from "../verbs/many-drives.ts";

test.use({ scene: "joined-lvm" });
test.afterAll(nodesDown);

/** Of each of the two. */
const COUNT = isFull ? 100 : 8;
/** An LV takes an emulated node some ten seconds, most of it for the commands alone. */
const timeout = COUNT * 120_000;
const GROUP = { storage: "group", vg: "lvm0" };

test("drives of two administrators at once never overlap, and none shows what a deleted one held", {
  tag: ["@P04", "@S17"],
}, async ({ browser, situation: { page, hurt: node } }) => {
  test.setTimeout(600_000 + 6 * timeout);
  const ada: Person = { name: "ada", page };
  const bob: Person = { name: "bob", page: await invite(page, browser, new URL(page.url()).origin, "Bob") };
  const half = COUNT / 2;
  const create = (person: Person, round: string, count: number) =>
    createMany(person, GROUP, { round, count, node, timeout });
  const remove = (person: Person, ids: readonly string[]) => removeMany(person, ids, timeout);
  await Promise.all([ada, bob].map((person) => create(person, "old", COUNT)));
  const [adas, bobs] = await Promise.all([idsOf(node, GROUP, ada, "old"), idsOf(node, GROUP, bob, "old")]);
  expect([adas.length, bobs.length]).toEqual([COUNT, COUNT]);
  await fillEach(node, GROUP, [...adas, ...bobs]);

  await Promise.all([remove(ada, adas.slice(0, half)), create(bob, "new", half)]);
  await Promise.all([create(ada, "new", half), remove(bob, bobs.slice(0, half))]);
  const fresh = [...(await idsOf(node, GROUP, ada, "new")), ...(await idsOf(node, GROUP, bob, "new"))];
  const kept = [...adas.slice(half), ...bobs.slice(half)];
  expect(fresh).toHaveLength(COUNT);
  expect(await strange(node, GROUP, "zeros", fresh)).toEqual([]);
  await fillEach(node, GROUP, fresh);
  expect(await strange(node, GROUP, "own", [...kept, ...fresh])).toEqual([]);

  const taken = await extentsOf(node, GROUP);
  expect(taken).toHaveLength((2 * COUNT * MIB) / 4);
  expect(new Set(taken).size).toBe(taken.length);
  await node.sh(["vgck", GROUP.vg]);
});
