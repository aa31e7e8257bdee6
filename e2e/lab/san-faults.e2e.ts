import { expect, type Page } from "@playwright/test";
import { type LabNode, portalAddresses, sanPort } from "../../lab/index.ts";
import { allWell, changesSince, checkedAnew, storagesNow } from "../support/live.ts";
import { nodesDown } from "../support/nodes.ts";
import { BACK, SHOWN, status, test, toCluster, why } from "../support/situation.ts";
import { LONG, openNewDrive } from "../verbs/drives.ts";
import { extentsOf, strange } from "../verbs/many-drives.ts";
import { taskDone } from "../verbs/wizard.ts";

test.use({ scene: "joined-san" });
test.afterAll(nodesDown);

const GROUP = { storage: "shared", vg: "net0" };
/** Logins, multipath and LVM on several emulated nodes. */
const VERY_LONG = { timeout: 400_000 };
const HEALED = { timeout: 300_000 };

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

/** Half a second a packet: a read takes seconds, and pings are answered in time. */
const SLOW = { delayMs: 500 };
/** Behind every ping (five seconds) and every try at a login (ten). */
const TOO_SLOW = { delayMs: 12_000 };

for (const [which, at] of [
  ["first", 0],
  ["second", 1],
] as const) {
  test(`path-slow: by the ${which} portal reads take seconds, and all is well; where it answers no ping in time, it is lost alone`, {
    tag: ["@S26", "@S11", "@S32"],
  }, async ({ situation: { page, lab, hurt, other } }) => {
    const portal = portalAddresses(lab.instance)[at];
    await allWell(page);
    const begun = Date.now();
    await hurt.breakFault("path-slow", { portal, ...SLOW });
    await checkedAnew(page, hurt, "shared");
    await expect(status(page, hurt)).toHaveText("Active");
    expect(await changesSince(page, hurt, begun), "slow is not lost").toEqual([]);
    await hurt.breakFault("path-slow", { portal, ...TOO_SLOW });
    await expect(status(page, hurt)).toHaveText("Active, 1 warning", { timeout: 150_000 });
    await expect(await why(page, hurt)).toContainText(`${portal}:${sanPort}`);
    await expect(status(page, other)).toHaveText("Active");
    await hurt.mendFault("path-slow", { portal });
    await expect(status(page, hurt)).toHaveText("Active", HEALED);
    const seen = async () => new Set(await changesSince(page, hurt, begun));
    await expect.poll(seen).toEqual(new Set(["shared: ok → degraded", "shared: degraded → ok"]));
  });
}

/** What lies on disks of the node itself. */
const LOCAL = ["files", "group"];
/** The greatest age of each local storage's figures on each node, in milliseconds. */
type Ages = Record<string, number>;

const uptime = async (node: LabNode) => Number((await node.sh("cut -d ' ' -f 1 /proc/uptime")).trim());

async function noteAges(page: Page, greatest: Ages): Promise<void> {
  for (const { node, storage, live } of await storagesNow(page)) {
    if (!LOCAL.includes(storage)) continue;
    const what = `${storage} on ${node}`;
    greatest[what] = Math.max(greatest[what] ?? 0, live.figuresAgeMs ?? Number.POSITIVE_INFINITY);
  }
}

/** Looks at the ages for so many seconds of the node's own clock. */
async function agesOver(page: Page, node: LabNode, seconds: number): Promise<Ages> {
  const greatest: Ages = {};
  const begun = await uptime(node);
  const passed = async () => {
    await noteAges(page, greatest);
    return (await uptime(node)) - begun;
  };
  await expect.poll(passed, { timeout: seconds * 3_000, intervals: [3_000] }).toBeGreaterThan(seconds);
  return greatest;
}

/**
 * What of a node is in an unkillable wait, threads and the kernel's own as well. A disk at work has some for a moment: what
 * hangs is there at every look.
 */
async function hanging(node: LabNode): Promise<string[]> {
  const stats = await node.sh("cat /proc/[0-9]*/task/[0-9]*/stat 2>/dev/null; true");
  return stats.split("\n").flatMap((line) => /^(\d+ \(.*\)) D /.exec(line)?.[1] ?? []);
}

test("a LUN that is dead for ten minutes delays no look at what is local, and leaves nothing hanging", {
  tag: ["@S26", "@S32"],
}, async ({ situation: { page, lab, hurt, other } }) => {
  test.setTimeout(3_600_000);
  const nodes = [hurt, other];
  await allWell(page);
  // Two turns of a group's check, which is the rarer one.
  const before = await agesOver(page, hurt, 150);
  expect(Object.keys(before)).toHaveLength(LOCAL.length * nodes.length);
  await lab.breakSan("target-frozen");
  const during = await agesOver(page, hurt, 600);
  for (const node of nodes) await expect(status(page, node)).toHaveText("Corrupted");
  // A look that waited for one at the LUN would come later by that one's deadline, which is half a minute.
  const late = Object.keys(during).filter((what) => during[what]! > before[what]! + 15_000);
  expect(late, JSON.stringify({ before, during })).toEqual([]);
  for (const node of nodes) await expect.poll(() => hanging(node), { timeout: 60_000 }).toEqual([]);
  await lab.mendSan("target-frozen");
  for (const node of nodes) await expect(status(page, node)).toHaveText("Active", HEALED);
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
  await expect(page.getByText(/^Waiting for .*started by/)).toBeVisible(LONG);
  expect(await two.sh("lvs --noheadings -o lv_tags net0")).not.toContain("label=warm");
  await one.thaw();
  await one.sh("pkill -CONT -x lvcreate");
  // Then the page that waits goes on by itself.
  await page.waitForURL(/\/tasks\//, VERY_LONG);
  await taskDone(page, VERY_LONG.timeout);
  await page.goto(cold);
  await taskDone(page);
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
