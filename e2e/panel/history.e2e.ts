import { AxeBuilder } from "@axe-core/playwright";
import { connect } from "../../lib/db/client.ts";
import { en } from "../../lib/messages/en.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, seedPanel } from "../support/seed.ts";

const QUIET = "nd_seed0000000003";

/** A panel whose third node is still joining: nobody follows it, so nothing of it changes. */
async function fill({ databaseUrl }: { databaseUrl: string }): Promise<void> {
  await seedPanel(databaseUrl);
  const sql = connect(databaseUrl, 1);
  await sql`update nodes set membership = 'joining' where id = ${QUIET}`;
  await sql.end();
}

test.use({ panelOptions: { fill } });

test("a node's page tells each change of its status and of its storages: what, when and why, newest first", {
  tag: "@P03",
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}/nodes/${SEED.node.id}`);
  const history = page.locator("section").filter({ has: page.getByRole("heading", { name: en.pages.node.history }) });
  const changes = history.getByRole("listitem");
  // Nobody answers at the node's address: that is told by itself, above what was there before.
  await expect(changes.first()).toContainText(/Unreachable|unknown/, { timeout: 30_000 });
  const old = changes.filter({ hasText: /ssd|Corrupted/ }).filter({ hasText: /lost|Corrupted/ });
  await expect(old).toHaveText([
    /Node.*Corrupted.*Active/,
    /Storage ssd.*lost.*ok/,
    /Node.*Active.*Corrupted.*It has lost the main storage ssd/,
    /Storage ssd.*ok.*lost.*The directory \/vm is missing/,
  ]);
  await old.last().getByText(en.pages.node.historyOutput).click();
  await expect(old.last()).toContainText("cannot statx '/vm': No such file or directory‹U+202E›");
  await expect(old.last().locator("time")).toHaveAttribute("title", /\d{4}/);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test("a node that never changed says so in words", { tag: "@P03" }, async ({ page, panel }) => {
  await page.goto(`${panel.url}/nodes/${QUIET}`);
  await expect(page.getByText(en.pages.node.historyNone)).toBeVisible();
});

test("a long history comes in parts, and its older part when asked for", { tag: "@P03" }, async ({ page, panel }) => {
  const sql = connect(panel.databaseUrl ?? "", 1);
  await sql`insert into status_changes (at, node_id, "from", "to")
    select now() - interval '1 day' - n * interval '1 minute', ${QUIET}, 'active', 'unreachable' from generate_series(1, 70) n`;
  await sql.end();
  await page.goto(`${panel.url}/nodes/${QUIET}`);
  const changes = page.getByRole("listitem").filter({ hasText: "Unreachable" });
  await expect(changes).toHaveCount(20);
  await page.getByRole("button", { name: en.pages.node.historyOlder }).click();
  await expect(changes).toHaveCount(70);
  await expect(page.getByRole("button", { name: en.pages.node.historyOlder })).toHaveCount(0);
});
