import { expect } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";
import { isFull } from "../fixtures/run.ts";
import { nodesDown } from "../support/nodes.ts";
import { BACK, SHOWN, status, test, toCluster, why } from "../support/situation.ts";
import { invite } from "../verbs/administrators.ts";
import { LONG, openNewDrive, runPlan } from "../verbs/drives.ts";
import { createMany, extentsOf, fillEach, idsOf, MIB, type Person, removeMany, strange } from "../verbs/many-drives.ts";

test.use({ scene: "joined-san" });
test.afterAll(nodesDown);

const GROUP = { storage: "shared", vg: "net0" };
/** Drives of each administrator. */
const COUNT = isFull ? 100 : 20;
/** Logins, multipath and LVM on several emulated nodes. */
const VERY_LONG = { timeout: 400_000 };
const HEALED = { timeout: 300_000 };

/** Waits until the node has so many sessions that are up. */
async function sessionsUp(node: LabNode, count: number): Promise<void> {
  const states = () => node.sh("cat /sys/class/iscsi_session/*/state 2>/dev/null; true");
  const up = async () => (await states()).match(/LOGGED_IN/g)?.length ?? 0;
  await expect.poll(up, { timeout: 240_000 }).toBe(count);
}

for (const [fault, cause] of [
  ["target-gone", /No session to .* is up|no session/],
  ["target-frozen", /No session to .* is up|no session/],
  ["lun-gone", /is not reached on any path|can.t be read|gone/],
] as const) {
  test(`${fault}: both nodes are corrupted with its cause, and active again by themselves`, {
    tag: ["@S26", "@S11", "@S32"],
  }, async ({ situation: { page, lab, hurt, other } }) => {
    await lab.breakSan(fault);
    // A LUN that is hidden ends no session: the next read of it tells, which is a minute apart at rest.
    for (const node of [hurt, other]) await expect(status(page, node)).toHaveText("Corrupted", { timeout: 150_000 });
    await expect(await why(page, hurt)).toContainText(cause);
    await lab.mendSan(fault);
    for (const node of [hurt, other]) await expect(status(page, node)).toHaveText("Active", HEALED);
  });
}

test("a node that boots while the target is away is logged in once it is there again", {
  tag: ["@S26", "@S32"],
}, async ({ situation: { page, lab, hurt, other } }) => {
  await lab.breakSan("portals-gone");
  await hurt.reboot();
  await expect(status(page, hurt)).toHaveText("Corrupted", { timeout: 240_000 });
  await expect(await why(page, hurt)).toContainText("The node has no session to");
  await lab.mendSan("portals-gone");
  for (const node of [hurt, other]) await expect(status(page, node)).toHaveText("Active", HEALED);
  expect(await hurt.sh("dmsetup ls --target linear"), "nothing is switched on at boot").not.toContain("net0-");
});

test("another CHAP secret shuts out a node that boots; with the old one it is back by itself", {
  tag: ["@S26", "@S32"],
}, async ({ situation: { page, lab, hurt, other } }) => {
  await lab.breakSan("chap-changed");
  await hurt.reboot();
  await expect(status(page, hurt)).toHaveText("Corrupted", { timeout: 240_000 });
  await expect(status(page, other), "sessions that are up stay up").toHaveText("Active");
  await lab.mendSan("chap-changed");
  await expect(status(page, hurt)).toHaveText("Active", HEALED);
});

test("drives of two administrators, made while portals come and go, never overlap on either node", {
  tag: ["@S28", "@P04"],
}, async ({ browser, situation: { page, lab, panel, hurt: one, other: two } }) => {
  const timeout = COUNT * 60_000;
  test.setTimeout(1_200_000 + 6 * timeout);
  const ada: Person = { name: "ada", page };
  const bob: Person = { name: "bob", page: await invite(page, browser, panel.url, "Bob") };
  const create = (person: Person, round: string, count: number) => createMany(person, GROUP, { round, count, timeout });
  const half = COUNT / 2;
  let isOver = false;
  const comeAndGo = async () => {
    while (!isOver) {
      await lab.breakSan("portal-gone");
      await sessionsUp(one, 1);
      await lab.mendSan("portal-gone");
      await sessionsUp(one, 2);
    }
  };
  const work = async () => {
    try {
      await Promise.all([ada, bob].map((person) => create(person, "old", COUNT)));
      const [adas, bobs] = await Promise.all([idsOf(two, GROUP, ada, "old"), idsOf(two, GROUP, bob, "old")]);
      expect([adas.length, bobs.length]).toEqual([COUNT, COUNT]);
      await fillEach(one, GROUP, [...adas, ...bobs]);
      expect(await strange(two, GROUP, "own", [...adas, ...bobs])).toEqual([]);
      await Promise.all([removeMany(ada, adas.slice(0, half), timeout), create(bob, "new", half)]);
      return [...adas.slice(half), ...bobs];
    } finally {
      isOver = true;
    }
  };
  const [kept] = await Promise.all([work(), comeAndGo()]);
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
});

test("a node that freezes within lvcreate, under a panel that dies, keeps the group until it has ended", {
  tag: ["@S28", "@B02"],
}, async ({ situation: { page, panel, guard, hurt: one, other: two } }) => {
  guard.allow(/Failed to load resource|net::ERR|WebSocket|fetch/i);
  const create = page.getByRole("button", { name: "Create the drive" });
  await one.sh(
    `setsid sh -c 'until pid=$(pgrep -x lvcreate); do :; done; kill -STOP $pid; touch /run/caught' >/dev/null 2>&1 </dev/null &`,
  );
  await openNewDrive(page, { storage: "shared", label: "cold", mib: 16 });
  await create.click(VERY_LONG);
  await page.waitForURL(/\/tasks\//, LONG);
  const cold = page.url();
  await expect.poll(async () => (await one.exec(["test", "-e", "/run/caught"])).code, LONG).toBe(0);
  await one.freeze();
  await panel.kill9();
  await panel.start();
  await toCluster(page);
  await expect(status(page, one)).toHaveText("Unreachable", SHOWN);
  await expect(status(page, two)).toHaveText("Active", BACK);
  await openNewDrive(page, { storage: "shared", label: "warm", mib: 16 });
  await create.click(VERY_LONG);
  await expect(page.getByRole("alert").filter({ hasText: "Another task works on this" })).toBeVisible(LONG);
  expect(await two.sh("lvs --noheadings -o lv_tags net0")).not.toContain("label=warm");
  await one.thaw();
  await one.sh("pkill -CONT -x lvcreate");
  await page.goto(cold);
  await expect(page.getByText("Done", { exact: true }).first()).toBeVisible(VERY_LONG);
  await openNewDrive(page, { storage: "shared", label: "warm", mib: 16 });
  await runPlan(page, "Create the drive", VERY_LONG);
  const said = (await two.sh("lvs --noheadings -o lv_name net0")).trim().split("\n");
  const ids = said.map((name) => name.trim());
  expect(ids).toHaveLength(2);
  expect(await strange(two, GROUP, "zeros", ids)).toEqual([]);
  for (const node of [one, two]) {
    const taken = await extentsOf(node, GROUP);
    expect([taken.length, new Set(taken).size]).toEqual([8, 8]);
    await node.sh(["vgck", GROUP.vg]);
  }
});
