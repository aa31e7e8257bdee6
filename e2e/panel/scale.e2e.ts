import type { Page } from "@playwright/test";
import { connect } from "../../lib/db/client.ts";
import type { PanelView } from "../../lib/domain/dto.ts";
import { naturalOrder } from "../../lib/domain/units.ts";
import { en } from "../../lib/messages/en.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, type SeedOptions, seedPanel } from "../support/seed.ts";

const MOST_ELEMENTS = 1_500;

async function fill(panel: TestPanel, options: SeedOptions): Promise<string> {
  await panel.stop();
  await seedPanel(panel.databaseUrl!, options);
  await panel.start();
  return `${panel.url}/clusters/${SEED.cluster.id}`;
}

const elements = (page: Page) => page.evaluate(() => document.querySelectorAll("*").length);
const scrollTo = (page: Page, share: number) =>
  page.evaluate(
    (part) => window.scrollTo(0, (document.documentElement.scrollHeight - window.innerHeight) * part),
    share,
  );

/** Waits for the rows of this place: right after a scroll those of the place before are still there. */
const drawn = (page: Page) =>
  expect
    .poll(
      () =>
        page.evaluate(() => {
          const middle = document.elementFromPoint(300, window.innerHeight / 2);
          return Boolean(middle?.closest("tr[data-row]"));
        }),
      "the middle of the screen is drawn",
    )
    .toBe(true);

/** What the table says of its rows now: each one's place and name. */
const rowsOf = (page: Page) =>
  page.locator("tr[data-row]").evaluateAll((rows) =>
    rows.map((row) => ({
      index: Number(row.getAttribute("aria-rowindex")),
      name: row.querySelector("th a")?.textContent ?? "",
    })),
  );

/** Follows the page from its head to its foot; answers with every row that was seen, in order. */
async function walk(page: Page, steps: number): Promise<string[]> {
  const seen = new Map<number, string>();
  for (let step = 0; step <= steps; step += 1) {
    await scrollTo(page, step / steps);
    await drawn(page);
    expect(await elements(page), `elements at ${step}/${steps}`).toBeLessThanOrEqual(MOST_ELEMENTS);
    for (const { index, name } of await rowsOf(page)) {
      expect(seen.get(index) ?? name, "a row keeps its place").toBe(name);
      seen.set(index, name);
    }
  }
  return [...seen].toSorted(([a], [b]) => a - b).map(([, name]) => name);
}

/** Filters by what a person types, and waits for the rows that answer it, the heads' row included. */
async function filter(page: Page, value: string, rowCount: number): Promise<void> {
  await page.getByLabel(en.pages.cluster.filter).fill(value);
  await expect(page.getByRole("table")).toHaveAttribute("aria-rowcount", String(rowCount));
}

test("300 nodes and four storages: few elements, every row in its place, natural order, a filter that answers", {
  tag: "@S32",
}, async ({ page, panel }) => {
  test.setTimeout(180_000);
  const cluster = await fill(panel, { nodes: 300, moreStorages: 2 });
  // The rows of the first screen, and counts over all; the others come once the page is alive.
  const first = await (await page.request.get(cluster)).text();
  expect(first).toContain('aria-rowcount="301"');
  expect(first).toContain("kvm-05");
  expect(first).not.toContain("kvm-250");
  await page.goto(cluster);
  const table = page.getByRole("table");
  await expect(table).toHaveAttribute("aria-rowcount", "301");
  await expect(page.locator("[data-live=live]")).toBeVisible();
  const names = await walk(page, 24);
  expect(names).toHaveLength(300);
  expect(names).toEqual(names.toSorted(naturalOrder));
  expect(names.indexOf("kvm-02")).toBeLessThan(names.indexOf("kvm-10"));
  await expect(page.getByRole("columnheader")).toContainText([
    "Node",
    "Status",
    "CPU",
    "Memory",
    "Load",
    "ssd",
    "fast",
    "sd1",
    "sd2",
  ]);
  await filter(page, "kvm-29", 12);
  await expect(page.getByRole("rowheader")).toHaveCount(11);
});

test("a storage on 300 nodes: those near the screen are drawn, and the count of its drives is of all", async ({
  page,
  panel,
}) => {
  test.setTimeout(120_000);
  await fill(panel, { nodes: 300 });
  await page.goto(`${panel.url}/storages/${SEED.fast.id}`);
  await expect(page.locator("[data-live=live]")).toBeVisible();
  await expect(page.getByRole("heading", { name: "kvm-01" })).toBeVisible();
  expect(await elements(page)).toBeLessThanOrEqual(MOST_ELEMENTS);
  await expect(page.getByRole("heading", { name: "kvm-300" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: `${en.drives.storage.all} (4)` })).toBeAttached();
  await scrollTo(page, 0.5);
  await expect(page.getByRole("heading", { name: "kvm-150" })).toBeAttached();
});

test("5,000 rows: few elements at either end and in the middle, and a filter that answers", async ({ page, panel }) => {
  test.setTimeout(180_000);
  const cluster = await fill(panel, { nodes: 3, joining: 4_997 });
  await page.goto(cluster);
  await expect(page.getByRole("table")).toHaveAttribute("aria-rowcount", "5001");
  await expect(page.locator("[data-live=live]")).toBeVisible();
  for (const share of [0, 0.5, 1, 0.25, 0]) {
    await scrollTo(page, share);
    await expect.poll(async () => (await rowsOf(page)).length).toBeGreaterThan(8);
    expect(await elements(page)).toBeLessThanOrEqual(MOST_ELEMENTS);
  }
  await scrollTo(page, 1);
  await expect.poll(async () => (await rowsOf(page)).at(-1)?.index).toBe(5_001);
  await filter(page, "kvm-4999", 2);
  await expect(page.getByRole("rowheader")).toHaveText([/kvm-4999/]);
});

test("while figures come in, the place on the page, the focus and an opened row stay", { tag: "@S32" }, async ({
  page,
  panel,
}) => {
  test.setTimeout(120_000);
  await page.goto(await fill(panel, { nodes: 120 }));
  await expect(page.locator("[data-live=live]")).toBeVisible();
  await scrollTo(page, 0.5);
  await drawn(page);
  const why = page.locator("tr[data-row]").nth(8).getByRole("button");
  await expect(why).toBeVisible({ timeout: 30_000 });
  await why.click();
  await expect(page.locator("tr[data-more]")).toBeVisible();
  const row = page.locator("tr[data-row]:has([aria-expanded=true])");
  const at = await row.evaluate((element) => element.getBoundingClientRect().top);
  const sql = connect(panel.databaseUrl!, 1);
  await sql`update nodes set address = '127.8' || substr(address, 6)`;
  await sql`select pg_notify('spindle_changed', ${`node ${SEED.node.id}`})`;
  await sql.end();
  await expect(page.locator("tr[data-row]").filter({ hasText: "127.8." }).nth(3)).toBeVisible();
  await expect(page.locator("[aria-expanded=true]")).toBeFocused();
  expect(Math.abs((await row.evaluate((element) => element.getBoundingClientRect().top)) - at)).toBeLessThanOrEqual(1);
  // Away from the screen the row that has the focus stays in the page.
  await scrollTo(page, 0);
  await expect(page.locator("[aria-expanded=true]")).toBeFocused();
  await scrollTo(page, 0.5);
  await expect.poll(() => row.evaluate((element) => Math.abs(element.getBoundingClientRect().top))).toBeLessThan(2_000);
});

test("the list of nodes carries what lists show; a node's page asks for the rest", async ({ page, panel }) => {
  const cluster = await fill(panel, {});
  await page.goto(cluster);
  const response = await page.request.get(`${panel.url}/api/clusters`);
  const view = (await response.json()) as PanelView;
  const all = JSON.stringify(view);
  for (const word of ["details", "facts", "fingerprint", "Qm2xVd-1f0S", "/dev/sdb1"]) expect(all).not.toContain(word);
  expect(view.clusters.flatMap((each) => each.nodes)).toHaveLength(3);
  await page.goto(`${panel.url}/nodes/${SEED.node.id}`);
  await expect(page.getByText("/dev/sdb1")).toBeVisible();
  await expect(page.getByText("SHA256:pV3cN9m1yQd8kQ0Jm3bN2xT6tUe4rWq1oLz5aXy9Qk")).toBeVisible();
  await page.goto(`${panel.url}/storages/${SEED.fast.id}`);
  await expect(page.getByText("Qm2xVd-1f0S-aaaa-bbbb-cccc-dddd-h7Yk01").first()).toBeVisible();
});
