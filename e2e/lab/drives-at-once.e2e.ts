import { type Browser, expect, type Page } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";
import { en } from "../../lib/messages/en.ts";
import { isFull } from "../fixtures/run.ts";
import { invite } from "../verbs/administrators.ts";
import { nodesDown } from "../support/nodes.ts";
import { test } from "../support/situation.ts";
import { openNewDrive, runPlan } from "../verbs/drives.ts";

test.use({ scene: "joined-lvm" });
test.afterAll(nodesDown);

/** Of each of the two. */
const COUNT = isFull ? 100 : 8;
const MIB = 8;
/** An LV takes an emulated node some twenty seconds, half of it for the commands alone. */
const PATIENCE = { timeout: COUNT * 120_000 };

interface Person {
  name: string;
  page: Page;
}

/** Ids of somebody's LVs on the node by their labels, in natural order. */
async function idsOf(node: LabNode, { name }: Person, round: string): Promise<string[]> {
  const said = await node.sh("lvs --noheadings -o lv_name,lv_tags lvm0");
  const found = said.split("\n").flatMap((line) => {
    const [id = "", tags = ""] = line.trim().split(/\s+/);
    const number = new RegExp(`spindle\\.label=${name}-${round}-(\\d+)(?:,|$)`).exec(tags)?.[1];
    return number ? [{ id, number: Number(number) }] : [];
  });
  return found.sort((a, b) => a.number - b.number).map(({ id }) => id);
}

async function create({ name, page }: Person, round: string, count: number, node: LabNode): Promise<void> {
  await openNewDrive(page, { storage: "group", label: `${name}-${round}`, mib: MIB, node });
  await page.getByLabel(en.drives.form.count).fill(String(count));
  await runPlan(page, `Create ${count} drives`, PATIENCE);
}

async function remove({ page }: Person, ids: readonly string[]): Promise<void> {
  await page.goto(`/drives/change?do=delete&ids=${ids.join(",")}`);
  await page.getByLabel("Type alpha to confirm").fill("alpha");
  await runPlan(page, `Delete ${ids.length} drives`, PATIENCE);
}

/** Writes each LV full of its own name. */
const FILL = `for lv; do
  lvchange -ay "lvm0/$lv" && yes "$lv" | dd of="/dev/lvm0/$lv" bs=1M iflag=fullblock oflag=direct 2>/dev/null
  sync "/dev/lvm0/$lv" && lvchange -an "lvm0/$lv" || exit 1
done`;

/** Prints the LVs that hold anything but what they should: their own name, or nothing. */
const READ = `what=$1; shift
for lv; do
  lvchange -ay "lvm0/$lv" || exit 1
  size=$(blockdev --getsize64 "/dev/lvm0/$lv")
  case $what in
    own) yes "$lv" | head -c "$size" | cmp -s - "/dev/lvm0/$lv" || echo "$lv" ;;
    zeros) cmp -s -n "$size" /dev/zero "/dev/lvm0/$lv" || echo "$lv" ;;
  esac
  lvchange -an "lvm0/$lv" || exit 1
done`;

const onNode = (node: LabNode, script: string, ...words: string[]) =>
  node.sh(["sh", "-c", script, "sh", ...words], { timeoutMs: 900_000 });

/** Every extent of the group that an LV has, once for each LV that has it. */
async function extents(node: LabNode): Promise<string[]> {
  const said = await node.sh("lvs --noheadings --segments -o seg_pe_ranges lvm0");
  return [...said.matchAll(/(\S+):(\d+)-(\d+)/g)].flatMap(([, device, from, to]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => `${device}:${Number(from) + index}`),
  );
}

async function two(browser: Browser, page: Page, url: string): Promise<[Person, Person]> {
  return [
    { name: "ada", page },
    { name: "bob", page: await invite(page, browser, url, "Bob") },
  ];
}

test("drives of two administrators at once never overlap, and none shows what a deleted one held", {
  tag: ["@P04", "@S17"],
}, async ({ browser, situation: { page, hurt: node } }) => {
  test.setTimeout(600_000 + 6 * PATIENCE.timeout);
  const [ada, bob] = await two(browser, page, new URL(page.url()).origin);
  const both = [ada, bob];
  const half = COUNT / 2;
  await Promise.all(both.map((person) => create(person, "old", COUNT, node)));
  const [adas, bobs] = await Promise.all([idsOf(node, ada, "old"), idsOf(node, bob, "old")]);
  expect([adas.length, bobs.length]).toEqual([COUNT, COUNT]);
  await onNode(node, FILL, ...adas, ...bobs);

  await Promise.all([remove(ada, adas.slice(0, half)), create(bob, "new", half, node)]);
  await Promise.all([create(ada, "new", half, node), remove(bob, bobs.slice(0, half))]);
  const fresh = [...(await idsOf(node, ada, "new")), ...(await idsOf(node, bob, "new"))];
  const kept = [...adas.slice(half), ...bobs.slice(half)];
  expect(fresh).toHaveLength(COUNT);
  expect(await onNode(node, READ, "zeros", ...fresh)).toBe("");
  await onNode(node, FILL, ...fresh);
  expect(await onNode(node, READ, "own", ...kept, ...fresh)).toBe("");

  const taken = await extents(node);
  expect(taken).toHaveLength((2 * COUNT * MIB) / 4);
  expect(new Set(taken).size).toBe(taken.length);
  await node.sh(["vgck", "lvm0"]);
});
