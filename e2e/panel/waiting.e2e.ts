import AxeBuilder from "@axe-core/playwright";
import { desc, eq } from "drizzle-orm";
import type { Page } from "@playwright/test";
import * as schema from "../../lib/db/schema/index.ts";
import { en } from "../../lib/messages/en.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, seedPanel } from "../support/seed.ts";
import { clusterPlan, endTask, insertTask, withDatabase } from "../support/tasks.ts";
import { invite } from "../verbs/administrators.ts";
import { tabTo } from "../verbs/keyboard.ts";
import { addStorage, next } from "../verbs/wizard.ts";

const t = en.common.plan;
const removal = en.life.removal;
const OTHER = "tk_seedother00000";
const THIRD = "tk_seedthird00000";
const STORAGE_LOCK = `storage:${SEED.fast.id}`;

/** Somebody's task that runs in another process, and has these locks. */
const work = (panel: Pick<TestPanel, "databaseUrl">, id: string, who: string, ...locks: string[]) =>
  insertTask(panel.databaseUrl, { id, plan: clusterPlan(`of-${who}`, "df_none"), state: "running", who, locks });

const joined = (nodeId: string) => {
  const identity = { vgUuid: "UUID", pvUuids: "PV", imageFs: "", shareFs: "" };
  return { nodeId, storageId: SEED.fast.id, identity };
};

/** The LVM storage has no drives and is joined on a node; Grace's task works on it. */
async function fill({ databaseUrl }: { databaseUrl: string }): Promise<void> {
  await seedPanel(databaseUrl);
  await withDatabase(databaseUrl, async (db) => {
    await db.delete(schema.drives);
    await db.insert(schema.nodeStorages).values(joined(SEED.node.id));
  });
  await work({ databaseUrl }, OTHER, "Grace", STORAGE_LOCK);
}

test.use({ panelOptions: { fill } });

const confirmButton = (page: Page) => page.getByRole("button", { name: removal.confirm });
const waitingButton = (page: Page) => page.getByRole("button", { name: t.wait.button, exact: true });
const stopButton = (page: Page) => page.getByRole("button", { name: t.wait.stop });
const typedName = (page: Page) => page.getByLabel("Type fast to confirm");
const waitsFor = (page: Page, who: string) =>
  page.getByText(new RegExp(`^Waiting for .*of-${who}.*, started by ${who}$`));

/** Confirms the storage's removal by force: nothing runs on any node. */
async function confirmRemoval(page: Page, panel: TestPanel): Promise<void> {
  await page.goto(`${panel.url}/storages/${SEED.fast.id}/remove`);
  await expect(page.locator("[data-live=live]")).toBeVisible();
  await page.getByRole("checkbox", { name: removal.force }).check();
  await typedName(page).fill("fast");
  await expect(confirmButton(page)).not.toHaveAttribute("aria-disabled", "true");
  await confirmButton(page).click();
}

/** What was started by confirming, newest first. */
const started = ({ databaseUrl }: TestPanel) =>
  withDatabase(databaseUrl, async (db) => {
    const rows = await db.select().from(schema.tasks).orderBy(desc(schema.tasks.createdAt));
    return rows.filter(({ kind }) => kind.startsWith("storage.")).map(({ kind }) => kind);
  });

/** Every action that a page calls from now on. */
function actionsOf(page: Page): string[] {
  const called: string[] = [];
  page.on("request", (request) => {
    const { "next-action": action } = request.headers();
    if (action) called.push(action);
  });
  return called;
}

/** The page hears of Grace's task's end, and of something after it: whoever waited for that end would have gone ahead. */
async function hearsEnd(page: Page, panel: TestPanel): Promise<void> {
  const dock = page.getByRole("complementary", { name: en.pages.shell.dock });
  await expect(dock).toContainText("of-Grace");
  await endTask(panel.databaseUrl, OTHER);
  await expect(dock).toHaveCount(0);
  await work(panel, THIRD, "Linus");
  await expect(dock).toContainText("of-Linus");
}

async function done(page: Page): Promise<void> {
  await page.waitForURL(/\/tasks\//);
  await expect(page.getByRole("main").getByText("Done", { exact: true }).first()).toBeVisible({ timeout: 30_000 });
}

test("a confirmed plan waits for the open task that has its lock, says whose it is, and starts by itself once that has ended", {
  tag: ["@P10"],
}, async ({ page, panel }) => {
  await confirmRemoval(page, panel);
  await expect(waitsFor(page, "Grace")).toBeVisible();
  await expect(page.locator("[data-announcer]")).toContainText("started by Grace");
  await expect(waitingButton(page)).toBeFocused();
  await expect(waitingButton(page)).toHaveAttribute("aria-disabled", "true");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  // Whoever looks at it beside goes on waiting here.
  const [beside] = await Promise.all([
    page.context().waitForEvent("page"),
    page
      .getByRole("main")
      .getByRole("link", { name: /of-Grace/ })
      .click(),
  ]);
  await expect(beside).toHaveURL(new RegExp(OTHER));
  await beside.close();
  await expect(typedName(page)).toHaveValue("fast");
  expect(await started(panel)).toEqual([]);
  await endTask(panel.databaseUrl, OTHER);
  await done(page);
  expect(await started(panel)).toEqual(["storage.remove"]);
});

test("who is refused again waits again, for whoever has it now", { tag: ["@P10"] }, async ({ page, panel }) => {
  await confirmRemoval(page, panel);
  await expect(waitsFor(page, "Grace")).toBeVisible();
  await work(panel, THIRD, "Linus");
  await endTask(panel.databaseUrl, OTHER, async (tx) => {
    await tx.insert(schema.taskLocks).values({ key: STORAGE_LOCK, taskId: THIRD });
  });
  await expect(waitsFor(page, "Linus")).toBeVisible();
  expect(await started(panel)).toEqual([]);
  await endTask(panel.databaseUrl, THIRD);
  await done(page);
});

test("“Stop waiting” stops, by keyboard too: nothing runs, what was typed is kept, and the focus is where it was", {
  tag: ["@P10"],
}, async ({ page, panel }) => {
  const called = actionsOf(page);
  await confirmRemoval(page, panel);
  await expect(waitsFor(page, "Grace")).toBeVisible();
  await typedName(page).focus();
  await tabTo(page, new RegExp(`^${t.wait.stop}$`), 4);
  await page.keyboard.press("Enter");
  await expect(stopButton(page)).toHaveCount(0);
  await expect(confirmButton(page)).toBeFocused();
  await hearsEnd(page, panel);
  // To confirm, once.
  expect(called).toHaveLength(1);
  expect(await started(panel)).toEqual([]);
  await expect(typedName(page)).toHaveValue("fast");
  await page.keyboard.press("Enter");
  await done(page);
});

test("who leaves the page waits no longer", { tag: ["@P10"] }, async ({ page, panel }) => {
  const called = actionsOf(page);
  await confirmRemoval(page, panel);
  await expect(waitsFor(page, "Grace")).toBeVisible();
  await page.getByRole("link", { name: en.pages.shell.settings }).click();
  await expect(page).toHaveURL(/settings/);
  await hearsEnd(page, panel);
  // To confirm, once.
  expect(called).toHaveLength(1);
  expect(await started(panel)).toEqual([]);
});

test("typing something else stops the waiting, and says that it has to be confirmed again", {
  tag: ["@P10"],
}, async ({ page, panel }) => {
  const called = actionsOf(page);
  await confirmRemoval(page, panel);
  await expect(waitsFor(page, "Grace")).toBeVisible();
  await typedName(page).press("End");
  await typedName(page).press("Backspace");
  await expect(page.getByText(en.task.stale)).toBeVisible();
  await expect(waitsFor(page, "Grace")).toHaveCount(0);
  await expect(typedName(page)).toBeFocused();
  await hearsEnd(page, panel);
  // To confirm, once.
  expect(called).toHaveLength(1);
  expect(await started(panel)).toEqual([]);
});

const second = { id: "nd_seed0000000002", name: "kvm-02" };

test("a plan that has become another one while it waits is shown anew, and runs once that one is confirmed", {
  tag: ["@P10", "@B01"],
}, async ({ page, panel }) => {
  const called = actionsOf(page);
  await confirmRemoval(page, panel);
  await expect(waitsFor(page, "Grace")).toBeVisible();
  const left = page.getByRole("region", { name: removal.left });
  await expect(left).not.toContainText(second.name);
  await withDatabase(panel.databaseUrl, (db) => db.insert(schema.nodeStorages).values(joined(second.id)));
  await expect(page.getByText(en.task.stale)).toBeVisible();
  await expect(left).toContainText(second.name);
  await expect(waitsFor(page, "Grace")).toHaveCount(0);
  await hearsEnd(page, panel);
  // To confirm, once.
  expect(called).toHaveLength(1);
  expect(await started(panel)).toEqual([]);
  await confirmButton(page).click();
  await done(page);
});

test("a plan that has become another one unseen is refused by the panel once the task has ended, and shown anew", {
  tag: ["@P10", "@B01"],
}, async ({ page, panel }) => {
  await confirmRemoval(page, panel);
  await expect(waitsFor(page, "Grace")).toBeVisible();
  const seen = Promise.withResolvers<void>();
  await page.route(/\/removal/, async (route) => {
    await seen.promise;
    await route.continue();
  });
  await endTask(panel.databaseUrl, OTHER, async (tx) => {
    await tx.insert(schema.nodeStorages).values(joined(second.id));
  });
  await expect(page.getByText(en.task.stale)).toBeVisible();
  seen.resolve();
  await expect(page.getByRole("region", { name: removal.left })).toContainText(second.name);
  expect(await started(panel)).toEqual([]);
  await confirmButton(page).click();
  await done(page);
});

test("where the panel does not answer when it would start, the page says so, keeps what was typed, and runs nothing", {
  tag: ["@P10"],
}, async ({ page, panel, guard }) => {
  guard.allow(/ERR_FAILED/);
  await confirmRemoval(page, panel);
  await expect(waitsFor(page, "Grace")).toBeVisible();
  await page.route(/\/remove$/, (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await endTask(panel.databaseUrl, OTHER);
  await expect(page.getByText(en.common.panelUnreachable)).toBeVisible();
  await expect(typedName(page)).toHaveValue("fast");
  expect(await started(panel)).toEqual([]);
  await page.unrouteAll();
  await confirmButton(page).click();
  await done(page);
});

/** Goes through the wizard up to its last button. */
async function addToEmpty(page: Page, panel: TestPanel, name: string): Promise<void> {
  await page.goto(`${panel.url}/clusters/${SEED.empty.id}`);
  await page.getByRole("button", { name: en.pages.cluster.addStorage }).click();
  await addStorage(page, { kind: "File", name, fields: { "VM directory": `/srv/${name}` } });
  await next(page, "Nodes");
  await next(page, "Review");
}

test("two administrators who add storages to one cluster both press once, while a third one’s task runs there", {
  tag: ["@P10"],
}, async ({ page, panel, browser }) => {
  await withDatabase(panel.databaseUrl, (db) =>
    db
      .update(schema.taskLocks)
      .set({ key: `cluster-storages:${SEED.empty.id}` })
      .where(eq(schema.taskLocks.taskId, OTHER)),
  );
  const bob = await invite(page, browser, panel.url, "Bob");
  await addToEmpty(page, panel, "one");
  await addToEmpty(bob, panel, "two");
  for (const who of [page, bob]) {
    await who.getByRole("button", { name: "Add the storage" }).click();
    await expect(waitsFor(who, "Grace")).toBeVisible();
  }
  await endTask(panel.databaseUrl, OTHER);
  await Promise.all([page, bob].map(done));
  expect(await started(panel)).toEqual(["storage.add", "storage.add"]);
  await bob.context().close();
});
