import { connect } from "../../lib/db/client.ts";
import { en } from "../../lib/messages/en.ts";
import { expect, signInContext, test } from "../fixtures/test.ts";
import { SEED, SEEDED } from "../support/seed.ts";

test.use({ panelOptions: SEEDED });

test("rows stand in the first HTML, before any script", async ({ browser, panel }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  await signInContext(context, panel);
  const page = await context.newPage();
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  await expect(page.getByRole("rowheader")).toHaveText([/kvm-01/, /kvm-02/, /kvm-03/]);
  await expect(page.getByRole("columnheader", { name: /fast LVM/ })).toBeVisible();
  await page.goto(panel.url);
  await expect(page.getByRole("rowheader", { name: "fra-kvm" })).toBeVisible();
  await page.goto(`${panel.url}/tasks`);
  await expect(page.getByRole("rowheader")).toHaveCount(3);
  await context.close();
});

test("a node that can't be reached is said so by itself, with its last figures and their age, never a zero", async ({
  page,
  panel,
}) => {
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "kvm-01" }) });
  await expect(row).toContainText("Unreachable", { timeout: 30_000 });
  await expect(row).toContainText("/ 894 GiB");
  await expect(row).toContainText(/min old|s old/);
  await expect(row.getByRole("cell").nth(1)).toHaveText(/–/);
});

test("filter, only what is wrong and the opened row live in the address", async ({ page, panel }) => {
  const cluster = `${panel.url}/clusters/${SEED.cluster.id}`;
  await page.goto(cluster);
  const rows = page.getByRole("rowheader");
  await page.getByLabel(en.pages.cluster.filter).fill("kvm-02");
  await expect(rows).toHaveCount(1);
  await expect(page).toHaveURL(/q=kvm-02/);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await page.goto(cluster);
  await page.getByRole("button", { name: en.pages.cluster.onlyWrong }).click();
  await expect(page).toHaveURL(/wrong=1/);
  await expect(rows).toHaveCount(3);
  await page.getByRole("button", { name: /^Why kvm-03/ }).click();
  await expect(page).toHaveURL(/why=nd_/);
  await page.reload();
  await expect(page.getByRole("button", { name: /^Why kvm-03/ })).toHaveAttribute("aria-expanded", "true");
  await expect(page.getByRole("button", { name: "Recheck" })).toBeVisible();
});

test("what is typed quickly stands whole in its field, a date by its parts as well", async ({ page, panel }) => {
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  const filter = page.getByLabel(en.pages.cluster.filter);
  await filter.pressSequentially("not a node of this cluster");
  await expect(filter).toHaveValue("not a node of this cluster");
  await expect(page).toHaveURL(/q=not\+a\+node\+of\+this\+cluster$/);

  await page.goto(`${panel.url}/audit`);
  const from = page.getByLabel(en.audit.from);
  await from.focus();
  await page.keyboard.type("11282026");
  await expect(from).toHaveValue("2026-11-28");
  await expect(page).toHaveURL(/from=2026-11-28/);
  await page.getByRole("button", { name: en.audit.clear }).click();
  await expect(from).toHaveValue("");
});

test("the theme is chosen once and stands in the first paint", async ({ page, panel }) => {
  await page.goto(`${panel.url}/settings`);
  await page.getByText(en.pages.settings.themes.dark, { exact: true }).click();
  await expect(page.locator("html")).toHaveClass("dark");
  const response = await page.goto(panel.url);
  expect(await response?.text()).toMatch(/<html[^>]* class="dark"/);
  await page.goto(`${panel.url}/settings`);
  await page.getByText(en.pages.settings.themes.system, { exact: true }).click();
  await page.reload();
  await expect(page.locator("html")).not.toHaveClass(/dark|light/);
});

test("what a node printed is shown as text, hidden characters as signs", async ({ page, panel }) => {
  await page.goto(`${panel.url}/tasks/${SEED.undone}`);
  await expect(page.getByText("‹ESC›[31mE: Unable to fetch‹U+202E› some archives")).toBeVisible();
  await expect(page.getByText(en.pages.task.undone)).toBeVisible();
  await page.goto(`${panel.url}/tasks/${SEED.failed}`);
  await expect(page.getByText("1 step", { exact: true })).toBeVisible();
});

test("a task that ended while its page was on its way is shown as ended", { tag: "@P10" }, async ({ page, panel }) => {
  const sql = connect(panel.databaseUrl ?? "", 1);
  // Another process works on it: this panel leaves it alone, and hears nothing of its end.
  await sql`update tasks set state = 'running', ended_at = null, lease_owner = 'another',
    lease_until = now() + interval '1 hour' where id = ${SEED.done}`;
  await page.goto(`${panel.url}/tasks`);
  // The stream is open by now, so nothing is asked for anew; the page is made, and the task ends before it is there.
  await page.route(
    (url) => url.pathname === `/tasks/${SEED.done}`,
    async (route) => {
      const response = await route.fetch();
      await sql`update tasks set state = 'done', ended_at = now() where id = ${SEED.done}`;
      await route.fulfill({ response });
    },
  );
  await page.locator(`a[href="/tasks/${SEED.done}"]`).first().click();
  await page.waitForURL(/\/tasks\/tk_/);
  const main = page.getByRole("main");
  await expect(main.getByText("Done", { exact: true }).first()).toBeVisible();
  await expect(main.getByText("Running", { exact: true })).toHaveCount(0);
  await sql.end();
});
