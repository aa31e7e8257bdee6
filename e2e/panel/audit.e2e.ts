import { connect } from "../../lib/db/client.ts";
import { en } from "../../lib/messages/en.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, seedPanel } from "../support/seed.ts";

const t = en.audit;

async function fill({ databaseUrl }: { databaseUrl: string }): Promise<void> {
  await seedPanel(databaseUrl);
  const sql = connect(databaseUrl, 1);
  await sql`insert into audit (at, actor_name, address, request_id, action, entity, entity_id, detail)
      select timestamptz '2026-03-01 12:00:00Z' + n * interval '1 hour', (array['Bob','Eve'])[1 + n % 2], '10.1.1.' || n, 'rq-' || n,
        (array['storage.set-main','future.thing'])[1 + n % 2], 'storage', ${SEED.main.id}, jsonb_build_object('name', 'disk-' || n || chr(8238))
      from generate_series(1, 130) n`;
  await sql.end();
}

test.use({ panelOptions: { fill } });

const rows = "tbody tr";

test("the audit log is filtered by who, what, when and about what; the address tells which, and its rows stand in the first HTML", async ({
  page,
  panel,
}) => {
  await page.goto(panel.url);
  await page.getByRole("link", { name: t.title }).click();
  await expect(page.locator(rows).filter({ hasText: "disk-130" })).toHaveCount(1);
  await page.getByLabel(t.column.who, { exact: true }).selectOption("Bob");
  await expect(page).toHaveURL(/who=Bob/);
  await expect(page.locator(rows)).toHaveCount(50);
  await page.getByRole("button", { name: t.older }).click();
  await expect(page.locator(rows)).toHaveCount(65);
  await expect(page.getByRole("button", { name: t.older })).toHaveCount(0);
  await page.getByLabel(t.column.what, { exact: true }).selectOption(t.action["storage-set-main"]);
  await page.getByRole("searchbox", { name: t.filterText }).fill("disk-12");
  await expect(page.locator(rows)).toHaveCount(6);
  expect(await (await page.request.get(page.url())).text()).toContain("disk-12");
  await page.reload();
  await expect(page.locator(rows)).toHaveCount(6);
  // What nodes and people typed is shown as text, hidden characters as signs.
  await expect(page.locator(rows).first()).toContainText("disk-128‹U+202E›");
  await page.locator(rows).first().getByText(t.details).click();
  await expect(page.locator(rows).first()).toContainText("rq-128");
  await page.getByRole("button", { name: t.clear }).click();
  await page.getByLabel(t.from).fill("2026-03-02");
  await page.getByLabel(t.to).fill("2026-03-02");
  await expect(page).toHaveURL(/from=2026-03-02&to=2026-03-02|to=2026-03-02&from=2026-03-02/);
  await expect(page.locator(rows)).toHaveCount(24);
  await page.getByRole("button", { name: t.column.when }).click();
  await expect(page).toHaveURL(/sort=-when/);
  await expect(page.locator(rows).first()).toContainText("00:00:00");
  await page.getByRole("searchbox", { name: t.filterText }).fill("nothing is called so");
  await expect(page.getByText(t.none)).toBeVisible();
});

test("what this release has no word for is shown as it was recorded, and a row leads to what it is about", async ({
  page,
  panel,
}) => {
  await page.goto(`${panel.url}/audit?who=Eve`);
  await expect(page.locator(rows).first()).toContainText("future.thing");
  await page.locator(rows).first().getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(`/storages/${SEED.main.id}`));
});
