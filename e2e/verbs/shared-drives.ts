import { expect } from "@playwright/test";
import { isFull, type Lab, type LabNode } from "../../lab/index.ts";
import { createMany, extentsOf, fillEach, idsOf, MIB, type Person, removeMany, strange } from "./many-drives.ts";

const GROUP = { storage: "shared", vg: "net0" };
/** Of each of the two. One takes two emulated nodes a dozen seconds, so a landing makes few. */
const COUNT = isFull ? 100 : 4;
/** How often a portal goes; each time costs the emulated nodes half a minute of work. */
const TIMES = isFull ? Number.POSITIVE_INFINITY : 3;
/** For those of both: a group is worked on by one task at a time, and one without a portal waits for its sessions. */
const timeout = 2 * COUNT * 60_000;
export const SHARED_DRIVES_MS = 1_200_000 + 6 * timeout;

/** An administrator, and the node whose commands make the drives. */
export type Writer = Person & { node: LabNode };

/** How many sessions of the node are up. */
async function sessionsUp(node: LabNode): Promise<number> {
  const states = await node.sh("cat /sys/class/iscsi_session/*/state 2>/dev/null; true");
  return states.match(/LOGGED_IN/g)?.length ?? 0;
}

/** Takes one portal of two away and gives it back, so many times; ends with it there. */
async function comeAndGo(lab: Lab, node: LabNode, isOver: () => boolean): Promise<void> {
  const all = await sessionsUp(node);
  const areUp = (count: number) => expect.poll(() => sessionsUp(node), { timeout: 240_000 }).toBe(count);
  for (let times = 0; times < TIMES && !isOver(); times += 1) {
    await lab.breakSan("portal-gone");
    await areUp(all / 2);
    await lab.mendSan("portal-gone");
    await areUp(all);
  }
}

/** Does the work while portals come and go. Both have ended when it answers, whichever fails: nothing goes on in the next test. */
async function whilePortalsComeAndGo<T>(lab: Lab, node: LabNode, work: () => Promise<T>): Promise<T> {
  let isOver = false;
  const [done, portals] = await Promise.allSettled([
    work().finally(() => {
      isOver = true;
    }),
    comeAndGo(lab, node, () => isOver),
  ]);
  if (done.status === "rejected") throw done.reason;
  if (portals.status === "rejected") throw portals.reason;
  return done.value;
}

/**
 * Drives of two administrators, made, filled, deleted and made anew from two nodes while portals come and go: none overlaps
 * another, and none shows on either node what is not its own. Within `SHARED_DRIVES_MS`.
 */
export async function makeSharedDrives(lab: Lab, ada: Writer, bob: Writer): Promise<void> {
  const [one, two] = [ada.node, bob.node];
  const create = (person: Writer, round: string, count: number) =>
    createMany(person, GROUP, { round, count, node: person.node, timeout });
  const half = COUNT / 2;
  const kept = await whilePortalsComeAndGo(lab, one, async () => {
    await Promise.all([ada, bob].map((person) => create(person, "old", COUNT)));
    const [adas, bobs] = await Promise.all([idsOf(two, GROUP, ada, "old"), idsOf(two, GROUP, bob, "old")]);
    expect([adas.length, bobs.length]).toEqual([COUNT, COUNT]);
    await fillEach(one, GROUP, [...adas, ...bobs]);
    expect(await strange(two, GROUP, "own", [...adas, ...bobs])).toEqual([]);
    await Promise.all([removeMany(ada, adas.slice(0, half), timeout), create(bob, "new", half)]);
    return [...adas.slice(half), ...bobs];
  });
  const fresh = await idsOf(one, GROUP, bob, "new");
  expect(fresh).toHaveLength(half);
  expect(await strange(two, GROUP, "zeros", fresh)).toEqual([]);
  await fillEach(two, GROUP, fresh);
  expect(await strange(one, GROUP, "own", [...kept, ...fresh])).toEqual([]);
  for (const node of [one, two]) {
    const taken = await extentsOf(node, GROUP);
    expect(taken).toHaveLength((2 * COUNT * MIB) / 4);
    expect(new Set(taken).size).toBe(taken.length);
    await node.sh(["vgck", GROUP.vg]);
  }
}
