import { drizzle } from "drizzle-orm/postgres-js";
import { connect } from "../../lib/db/client.ts";
import * as schema from "../../lib/db/schema/index.ts";
import { en } from "../../lib/messages/en.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, test } from "../fixtures/test.ts";
import { addStorage, next, openWizard } from "../verbs/wizard.ts";

const GIB = 1024 ** 3;
const group = (name: string, uuid: string, free: number) => ({ name, uuid, size: 100 * GIB, free });

/** A machine of the draft as a look five minutes ago left it: two volume groups of one name. */
async function putLook(panel: TestPanel, draftId: string, state: "ready" | "looking"): Promise<void> {
  const sql = connect(panel.databaseUrl!, 1);
  const basis = JSON.stringify(["lvm", { vgName: "typed0" }, { imageDir: "/image", shareDir: "/share" }]);
  const groups = [group("data", "A", 40 * GIB), group("data", "B", 7 * GIB)];
  const row = {
    draftId,
    key: "nd_looked0000000",
    position: 0,
    address: "127.9.0.77",
    port: 1,
    user: "root",
    credential: "key" as const,
    keySecret: "se_none",
    publicKey: "ssh-ed25519 AAAA",
    state,
    facts: {
      host: {},
      hostDone: false,
      dirs: null,
      dirsBasis: "",
      storages: { s1: { basis, facts: { hasTools: true, groups } } },
    },
    lookedAt: new Date(Date.now() - 5 * 60_000 - 5_000),
  };
  await drizzle(sql, { schema })
    .insert(schema.draftNodes)
    .values(row)
    .onConflictDoUpdate({ target: [schema.draftNodes.draftId, schema.draftNodes.key], set: row });
  await sql.end();
}

test("what a look found stands in the form with the look's age, and with none while a new look goes on", {
  tag: "@S05",
}, async ({ page, panel }) => {
  await page.goto(panel.url);
  await openWizard(page);
  await page.getByLabel("Cluster name").fill("alpha");
  await next(page, "Storages");
  await addStorage(page, { kind: "LVM", name: "fast", fields: { "Volume group for VMs": "typed0" } });
  await expect(page.getByText(en.wizard.saved)).toBeVisible();
  const draftId = new URL(page.url()).pathname.split("/").at(-1)!;
  const open = async () => {
    await page.reload();
    await page.getByRole("button", { name: "Edit fast" }).click();
  };
  const found = page.getByRole("group", { name: /^Found on 127\.9\.0\.77/ });

  await putLook(panel, draftId, "ready");
  await open();
  await expect(found).toContainText(/looked at 5\smin ago/);
  await expect(found.locator("time")).toHaveAttribute("title", /\d{4}/);
  await expect(found.getByRole("listitem")).toHaveText([/40.0 GiB free/, /7.00 GiB free/]);
  await found.getByRole("button", { name: "Use data" }).click();
  await expect(page.getByLabel("Volume group for VMs")).toHaveValue("data");

  await putLook(panel, draftId, "looking");
  await open();
  await expect(found.getByRole("listitem")).toHaveCount(2);
  await expect(found.locator("time")).toHaveCount(0);
});

test("closing the form that adds a machine gives the focus back to the button that opened it", async ({
  page,
  panel,
}) => {
  await page.goto(panel.url);
  await openWizard(page);
  await page.getByLabel("Cluster name").fill("alpha");
  await next(page, "Storages");
  const opener = page.getByRole("button", { name: en.wizard.look.add, exact: true });
  await opener.click();
  await expect(page.getByLabel(en.wizard.nodes.address)).toBeFocused();
  await page.getByRole("button", { name: en.common.cancel }).click();
  await expect(opener).toBeFocused();
});
