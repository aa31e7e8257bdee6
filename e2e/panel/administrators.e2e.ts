import type { Page } from "@playwright/test";
import { connect } from "../../lib/db/client.ts";
import { en } from "../../lib/messages/en.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, SEEDED } from "../support/seed.ts";
import { clusterPlan, insertTask } from "../support/tasks.ts";
import { invite } from "../verbs/administrators.ts";

const t = en.pages.settings;
const door = en.pages.door;

test.use({ panelOptions: SEEDED });

const row = (page: Page, name: string) =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });

test("an invited administrator is listed at once, signed out by another, and removed, with a question before and a row in the audit log", async ({
  page,
  browser,
  panel,
}) => {
  const theirs = await invite(page, browser, panel.url, "Bob");
  // Without a reload: the list hears of it.
  await expect(row(page, "Bob")).toContainText("bob@example.net");
  await expect(row(page, "Bob")).toContainText("1 open");
  await expect(row(page, "Bob")).toContainText(/s ago/);
  await expect(row(page, "Ada")).toContainText(t.you);
  await expect(row(page, "Ada").getByRole("button")).toHaveCount(0);

  await page.getByRole("button", { name: "End the sessions of Bob" }).click();
  await page.getByRole("dialog").getByRole("button", { name: t.endSessionsConfirm }).click();
  await expect(row(page, "Bob")).toContainText("none");
  await theirs.goto(`${panel.url}/tasks`);
  await expect(theirs).toHaveURL(/sign-in/);
  await theirs.getByLabel(door.email).fill("bob@example.net");
  await theirs.getByLabel(door.password, { exact: true }).fill("a long enough one");
  await theirs.getByRole("button", { name: door.signIn }).click();
  await expect(row(page, "Bob")).toContainText("1 open");

  await page.getByRole("button", { name: "Remove Bob" }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("bob@example.net");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Remove Bob" })).toBeFocused();
  await page.getByRole("button", { name: "Remove Bob" }).click();
  await question.getByRole("button", { name: t.removeConfirm }).click();
  await expect(row(page, "Bob")).toHaveCount(0);
  await theirs.goto(`${panel.url}/`);
  await expect(theirs).toHaveURL(/sign-in/);
  await theirs.context().close();

  await page.goto(`${panel.url}/audit?entity=user`);
  for (const [what, who] of [
    [en.audit.action["user-remove"], "Ada"],
    [en.audit.action["user-end-sessions"], "Ada"],
    [en.audit.action["user-create"], "Bob"],
    [en.audit.action["user-invite"], "Ada"],
  ] as const)
    await expect(page.getByRole("row").filter({ hasText: what }).first()).toContainText(who);
});

test("two who remove each other can't both succeed, and nobody removes themselves", async ({
  page,
  browser,
  panel,
  guard,
}) => {
  // Whoever lost is not signed in any more: what the page asks then is refused.
  guard.allow(/401 \(Unauthorized\)/);
  const theirs = await invite(page, browser, panel.url, "Bob");
  await theirs.goto(`${panel.url}/settings`);
  await theirs.getByRole("button", { name: "Remove Ada" }).click();
  await page.getByRole("button", { name: "Remove Bob" }).click();
  const confirm = (on: Page) => on.getByRole("dialog").getByRole("button", { name: t.removeConfirm }).click();
  await Promise.allSettled([confirm(page), confirm(theirs)]);
  const sql = connect(panel.databaseUrl ?? "", 1);
  await expect.poll(async () => (await sql`select name from users`).length).toBe(1);
  await sql.end();
  await theirs.context().close();
});

test("what others change appears by itself: a new name, another main storage, a node that joined", async ({
  page,
  panel,
}) => {
  const sql = connect(panel.databaseUrl ?? "", 1);
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  await expect(page.locator("[data-live=live]")).toBeVisible();
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  await sql.begin(async (tx) => {
    await tx`update clusters set name = 'renamed-kvm' where id = ${SEED.cluster.id}`;
    await tx`update storages set is_main = false where id = ${SEED.main.id}`;
    await tx`update storages set is_main = true where id = ${SEED.fast.id}`;
    await tx`update nodes set name = 'kvm-99' where id = 'nd_seed0000000003'`;
    await tx`select pg_notify('spindle_changed', ${`cluster ${SEED.cluster.id}`})`;
  });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("renamed-kvm");
  await expect(page.getByRole("navigation", { name: en.pages.shell.navigation })).toContainText("renamed-kvm");
  await expect(page.getByRole("columnheader", { name: /^fast LVM.*main/ })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: /kvm-99/ })).toBeVisible();
  expect(await page.evaluate(() => "stayed" in window)).toBe(true);
  await sql.end();
});

test("of two who make a cluster of one name, the second is told so at the field, and goes on with another name", {
  tag: "@S05",
}, async ({ page, browser, panel }) => {
  const theirs = await invite(page, browser, panel.url, "Bob");
  const fill = async (on: Page) => {
    await on.goto(`${panel.url}/clusters/new`);
    await on.getByLabel(en.wizard.name.label).fill("Alpha");
    await on.getByRole("button", { name: "Next: Storages" }).click();
    await expect(on).toHaveURL(/step=storages/);
    return new URL(on.url()).pathname.split("/").at(-1) ?? "";
  };
  const [, bobs] = await Promise.all([fill(page), fill(theirs)]);
  await page.getByRole("button", { name: /^Name/ }).click();
  const field = page.getByLabel(en.wizard.name.label);
  await field.focus();
  // Bob has confirmed: his task runs, and has the name.
  const plan = clusterPlan("alpha", bobs);
  const locks = [`draft:${bobs}`, "cluster-name:alpha"];
  await insertTask(panel.databaseUrl, { id: "tk_seedalpha00000", plan, state: "queued", locks });
  await field.press("Tab");
  await expect(field).toHaveAccessibleDescription(/Another cluster is called Alpha/);
  await page.getByRole("button", { name: "Next: Storages" }).click();
  await expect(field).toBeFocused();
  await theirs.goto(`${panel.url}/clusters/new/${bobs}?step=name`);
  // What came with the page may stand beside what took its place, unseen, for a moment.
  await expect(theirs.getByRole("main").getByLabel(en.wizard.name.label)).toHaveValue("Alpha");
  await expect(theirs.getByText(/Another cluster is called/)).toHaveCount(0);
  await field.fill("beta");
  await page.getByRole("button", { name: "Next: Storages" }).click();
  await expect(page).toHaveURL(/step=storages/);
  await theirs.context().close();
});
