import type { Page } from "@playwright/test";
import { connect } from "../../lib/db/client.ts";
import { draftNodes, taskLog } from "../../lib/db/schema/index.ts";
import { en } from "../../lib/messages/en.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, seedPanel } from "../support/seed.ts";
import { clusterPlan, drivesPlan, insertTask, withDatabase } from "../support/tasks.ts";
import { goAround, tabTo } from "../verbs/keyboard.ts";

const t = en.pages.tasks;
const one = en.pages.task;

async function fill({ databaseUrl }: { databaseUrl: string }): Promise<void> {
  await seedPanel(databaseUrl);
  for (let n = 1; n <= 120; n += 1) {
    const state = n % 3 === 0 ? "failed" : "done";
    const plan = { ...clusterPlan(`bulk-${n}`, "df_none"), locks: [] };
    const id = `tk_bulk${String(n).padStart(9, "0")}`;
    await insertTask(databaseUrl, { id, plan, state, who: n % 2 ? "Bob" : "Ada", minutesAgo: 600 + n });
  }
}

test.use({ panelOptions: { fill } });

const rows = "tbody tr";

/** The key that a wizard made for its machine: a way to sign in, so that a task looks for the machine. */
async function machineKey(page: Page, panel: TestPanel): Promise<string> {
  const id = "tk_seedkey0000000";
  await insertTask(panel.databaseUrl, { id, plan: clusterPlan("keyed", "df_gone"), state: "undone" });
  await page.goto(`${panel.url}/tasks/${id}`);
  await page.getByRole("button", { name: one.replan }).click();
  await expect(page.getByRole("heading", { name: "127.9.9.9:1", exact: true })).toBeVisible();
  const [row] = await withDatabase(panel.databaseUrl, (db) =>
    db.select({ key: draftNodes.keySecret }).from(draftNodes),
  );
  return row?.key ?? "";
}

test("the list is filtered by state, kind, cluster, node, who and text, and the address tells which", {
  tag: "@P10",
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}/tasks`);
  await expect(page.locator(rows)).toHaveCount(50);
  await page.getByLabel(t.column.state, { exact: true }).selectOption(t.filterTrouble);
  await expect(page).toHaveURL(/show=trouble/);
  await expect(page.locator(rows).first()).toContainText(/Failed|Undone/);
  await page.getByLabel(t.column.who, { exact: true }).selectOption("Bob");
  await expect(page.locator(rows)).toHaveCount(20);
  await page.getByRole("searchbox", { name: t.filterText }).fill("BULK-99");
  await expect(page.locator(rows)).toHaveCount(1);
  await expect(page).toHaveURL(/q=BULK-99/);
  // Another person opens the same address, and the rows stand in its first HTML.
  const html = await (await page.request.get(page.url())).text();
  expect(html).toContain("bulk-99");
  await page.reload();
  await expect(page.locator(rows)).toHaveCount(1);
  await page.getByRole("button", { name: t.filterClear }).click();
  await expect(page.locator(rows)).toHaveCount(50);
  await page.getByLabel(t.filterCluster, { exact: true }).selectOption(SEED.cluster.name);
  await expect(page.locator(rows)).toHaveCount(3);
  await page.getByLabel(t.filterKind, { exact: true }).selectOption("node.join");
  await expect(page.locator(rows)).toHaveCount(3);
  await page.goto(`${panel.url}/tasks?node=nd_seedwait0000001&show=failed`);
  await expect(page.locator(rows)).toHaveCount(40);
  await page.goto(`${panel.url}/tasks?q=nobody+has+this+name`);
  await expect(page.getByText(t.none)).toBeVisible();
});

test("the list is sorted by its heads, and goes on part by part to its end", { tag: "@P10" }, async ({
  page,
  panel,
}) => {
  await page.goto(`${panel.url}/tasks?q=bulk`);
  await page.getByRole("button", { name: t.column.started }).click();
  await expect(page).toHaveURL(/sort=-started/);
  await expect(page.locator(rows).first()).toContainText("bulk-120");
  await expect(page.getByRole("columnheader", { name: t.column.started })).toHaveAttribute("aria-sort", "ascending");
  await page.reload();
  await expect(page.locator(rows).first()).toContainText("bulk-120");
  await page.getByRole("button", { name: t.older }).click();
  await expect(page.locator(rows)).toHaveCount(100);
  await page.getByRole("button", { name: t.older }).click();
  await expect(page.locator(rows)).toHaveCount(120);
  await expect(page.locator(rows).last()).toContainText("bulk-1 ");
  await expect(page.getByRole("button", { name: t.older })).toHaveCount(0);
});

test("nothing moves in the list by itself: newer tasks come when asked for, or when one comes back to it", {
  tag: "@P10",
}, async ({ page, panel }) => {
  const run = (name: string) =>
    insertTask(panel.databaseUrl, {
      id: `tk_${name}`,
      plan: clusterPlan(name, "df_none"),
      state: "done",
      minutesAgo: 0,
    });
  await page.goto(`${panel.url}/tasks`);
  await expect(page.locator("[data-live=live]")).toBeVisible();
  const before = await page.locator(rows).first().textContent();
  await run("newcomer");
  const newer = page.getByRole("button", { name: "1 newer task" });
  await expect(newer).toBeVisible();
  expect(await page.locator(rows).first().textContent()).toBe(before);
  await newer.click();
  await expect(page.locator(rows).first()).toContainText("newcomer");
  await expect(newer).toHaveCount(0);
  await page.getByRole("link", { name: en.pages.shell.settings }).click();
  await expect(page).toHaveURL(/settings/);
  await run("latecomer");
  await page.getByRole("link", { name: en.pages.shell.tasks, exact: true }).click();
  await expect(page.locator(rows).first()).toContainText("latecomer");
});

test("a running task stays in view on every page, says where it is, and is cancelled by a question", {
  tag: "@P10",
}, async ({ page, panel }) => {
  const id = "tk_seedrunning0000";
  const keySecret = await machineKey(page, panel);
  await page.goto(`${panel.url}/settings`);
  await expect(page.locator("[data-live=live]")).toBeVisible();
  const plan = clusterPlan("waiting", "df_none", keySecret);
  await insertTask(panel.databaseUrl, { id, plan, state: "queued", minutesAgo: 0 });
  const dock = page.getByRole("complementary", { name: en.pages.shell.dock });
  await expect(dock).toContainText("waiting");
  await expect(dock.getByRole("progressbar")).toBeVisible();
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  await dock.getByRole("link", { name: /waiting/ }).click();
  await expect(page).toHaveURL(new RegExp(id));
  await expect(page.getByRole("log")).toContainText("Waiting for 127.9.9.9", { timeout: 20_000 });
  const cancel = page.getByRole("button", { name: one.cancel, exact: true });
  await cancel.click();
  await page.getByRole("dialog").getByRole("button", { name: one.cancelKeep }).click();
  await expect(cancel).toBeFocused();
  // The question is one for the keyboard as well.
  await goAround(page, new RegExp(`^${one.cancel}$`));
  await page.keyboard.press("Enter");
  await tabTo(page, new RegExp(`^${one.cancelConfirm}$`), 3);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main").getByText(en.common.task.cancelled, { exact: true })).toBeVisible({
    timeout: 30_000,
  });
  await expect(page.getByText(one.cancelled)).toBeVisible();
  await expect(dock).toHaveCount(0);
  const sql = connect(panel.databaseUrl ?? "", 1);
  const [audit] = await sql`select actor_name, entity_id from audit where action = 'task.cancel'`;
  await sql.end();
  expect(audit).toMatchObject({ actor_name: "Ada", entity_id: id });
});

test("a log grows on the page by what is new, the plan is sent once, and earlier lines come when asked for", {
  tag: "@P10",
}, async ({ page, panel }) => {
  const write = (from: number, count: number) =>
    withDatabase(panel.databaseUrl, async (db) => {
      const line = (n: number) => ({ taskId: SEED.done, position: 0, line: `printed ${from + n}` });
      await db.insert(taskLog).values(Array.from({ length: count }, (_, n) => line(n)));
      await db.execute(`select pg_notify('spindle_task', '${SEED.done}')`);
    });
  await write(1, 800);
  await page.goto(`${panel.url}/tasks/${SEED.done}`);
  const log = page.getByRole("log");
  await expect(log).toContainText("printed 800");
  await expect(log.locator("[data-line]")).toHaveCount(100);
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/log?") && asked.push(new URL(request.url()).search));
  await expect(page.locator("[data-live=live]")).toBeVisible();
  // One that the page gave up for a newer one has no body.
  const progress = page.waitForResponse(
    async (response) => response.url().endsWith(`/api/tasks/${SEED.done}`) && (await response.finished()) === null,
  );
  await write(801, 3);
  expect(Object.keys(await (await progress).json())).not.toContain("plan");
  await expect(log).toContainText("printed 803");
  await expect(log.locator("[data-line]")).toHaveCount(103);
  expect(asked.every((search) => /^\?after=\d+$/.test(search))).toBe(true);
  expect(await log.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight)).toBeLessThan(24);
  await page.getByRole("button", { name: one.logOlder }).click();
  await expect(log.locator("[data-line]")).toHaveCount(603);
  await page.getByRole("button", { name: one.logOlder }).click();
  await expect(log.locator("[data-line]")).toHaveCount(804);
  await expect(log).toContainText("Reading package lists…");
  await expect(page.getByRole("button", { name: one.logOlder })).toHaveCount(0);
});

test("a task that failed says what, where, what was taken back and what to do", { tag: "@P10" }, async ({
  page,
  panel,
}) => {
  await page.goto(`${panel.url}/tasks/${SEED.undone}`);
  const main = page.getByRole("main");
  await expect(main).toContainText("Step 2 failed");
  await expect(main).toContainText("On kvm-13:");
  await expect(main).toContainText("apt-get install -y lvm2");
  await expect(main).toContainText("E: Unable to fetch");
  await expect(main).toContainText(one.undone);
  await expect(main).toContainText(one.whatNowUndone);
  // Its kind has no form to go back to.
  await expect(page.getByRole("button", { name: one.replan })).toHaveCount(0);
});

test("planning again opens the wizard as it was left, and runs nothing", { tag: "@P10" }, async ({ page, panel }) => {
  await page.goto(`${panel.url}/clusters/new`);
  await page.getByLabel(en.wizard.name.label).fill("tried-once");
  await page.getByRole("button", { name: "Next: Storages" }).click();
  await expect(page).toHaveURL(/step=storages/);
  const draft = new URL(page.url()).pathname;
  const id = "tk_seedagain00000";
  const plan = clusterPlan("tried-once", draft.split("/").at(-1) ?? "");
  await insertTask(panel.databaseUrl, { id, plan, state: "undone" });
  await page.goto(`${panel.url}/tasks/${id}`);
  await expect(page.getByRole("main").getByText(one.replanHint)).toBeVisible();
  await page.getByRole("button", { name: one.replan }).click();
  await expect(page).toHaveURL(new RegExp(`${draft}\\?step=nodes`));
  await page.goto(`${draft}?step=name`);
  await expect(page.getByLabel(en.wizard.name.label)).toHaveValue("tried-once");
  await page.goto(`${panel.url}/tasks?show=open`);
  await expect(page.getByText(t.none)).toBeVisible();
});

test("planning again of another's wizard, or of one that is gone, begins a new one with what was typed and asks for the password", {
  tag: "@P10",
}, async ({ page, panel }) => {
  const id = "tk_seedagain00001";
  await insertTask(panel.databaseUrl, { id, plan: clusterPlan("from-plan", "df_gone"), state: "undone", who: "Bob" });
  await page.goto(`${panel.url}/tasks/${id}`);
  await page.getByRole("button", { name: one.replan }).click();
  await expect(page).toHaveURL(/\/clusters\/new\/df_.*step=nodes/);
  await expect(page.getByRole("heading", { name: "127.9.9.9:1", exact: true })).toBeVisible();
  await expect(page.getByText(en.wizard.nodes.passwordGone)).toBeVisible();
  const draft = new URL(page.url()).pathname;
  await page.goto(`${draft}?step=name`);
  await expect(page.getByLabel(en.wizard.name.label)).toHaveValue("from-plan");
  await page.goto(`${draft}?step=storages`);
  await expect(page.getByText("/vm-ssd").first()).toBeVisible();
  // A task that went well is not run twice.
  await page.goto(`${panel.url}/tasks/${SEED.done}`);
  await expect(page.getByRole("button", { name: one.replan })).toHaveCount(0);
});

test("planning drives again opens their form with what was typed", { tag: "@P10" }, async ({ page, panel }) => {
  const place = { clusterId: SEED.cluster.id, storageId: SEED.main.id, nodeId: SEED.node.id };
  const planned = (id: string, label: string) => ({ id, label, ...place, size: 3 * 1024 ** 3, before: null });
  const made = drivesPlan({ verb: "create", drives: [planned("dr_a", "db-1"), planned("dr_b", "db-2")] });
  await insertTask(panel.databaseUrl, { id: "tk_seeddrives00001", plan: made, state: "undone" });
  await page.goto(`${panel.url}/tasks/tk_seeddrives00001`);
  await page.getByRole("button", { name: one.replan }).click();
  await expect(page).toHaveURL(/\/drives\/new\?/);
  const form = en.drives.form;
  await expect(page.getByLabel(form.label, { exact: true })).toHaveValue("db");
  await expect(page.getByLabel(form.count, { exact: true })).toHaveValue("2");
  await expect(page.getByLabel(form.size, { exact: true })).toHaveValue("3");
  await expect(page.getByLabel(form.storage, { exact: true })).toHaveValue(SEED.main.id);

  const web = { ...planned("dr_seed0000000002", "web-10"), size: 80 * 1024 ** 3, before: "ready" as const };
  const grown = drivesPlan({ verb: "grow", drives: [{ ...web, newSize: 96 * 1024 ** 3 }] });
  await insertTask(panel.databaseUrl, { id: "tk_seeddrives00002", plan: grown, state: "failed" });
  await page.goto(`${panel.url}/tasks/tk_seeddrives00002`);
  await page.getByRole("button", { name: one.replan }).click();
  await expect(page).toHaveURL(/\/drives\/change\?do=grow&ids=dr_seed0000000002/);
  await expect(page.getByLabel(form.newSize, { exact: true })).toHaveValue("96");
});
