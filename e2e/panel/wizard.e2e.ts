import { en } from "../../lib/messages/en.ts";
import { expect, signInContext, test } from "../fixtures/test.ts";
import { openWizard } from "../verbs/wizard.ts";

test("the wizard offers what this release can do, and says of the rest why not", { tag: ["@S06", "@S07"] }, async ({
  page,
  panel,
}) => {
  await page.goto(panel.url);
  await openWizard(page);
  await expect(page.getByRole("radio", { name: "LXD" })).toBeDisabled();
  await page.getByLabel(en.wizard.name.label).fill("alpha");
  await page.getByRole("button", { name: "Next: Storages" }).click();
  for (const kind of ["Ceph", "NAS", "ZFS"]) {
    const tile = page.getByRole("button", { name: new RegExp(`^${kind} `) });
    await expect(tile).toHaveAttribute("aria-disabled", "true");
    await expect(tile).toContainText("Not available in this release");
    await tile.click({ force: true });
  }
  await expect(page.getByRole("button", { name: /^ZFS / })).toContainText(en.wizard.storages.onlyLxd);
  await expect(page.getByRole("button", { name: "Done" })).toHaveCount(0);
});

test("what was changed elsewhere is never overwritten unasked", { tag: "@S05" }, async ({ page, browser, panel }) => {
  await page.goto(panel.url);
  await openWizard(page);
  const elsewhere = await browser.newContext();
  await signInContext(elsewhere, panel);
  const other = await elsewhere.newPage();
  await other.goto(page.url());
  const name = other.getByLabel(en.wizard.name.label);
  await expect(other.locator("[data-live=live]")).toBeVisible();
  // This one hears nothing any more, as after a laptop's sleep.
  await other.route("**/api/{events,drafts,clusters}**", (route) => route.abort());
  await elsewhere.setOffline(true);
  await page.getByLabel(en.wizard.name.label).fill("first");
  await expect(page.getByText(en.wizard.saved)).toBeVisible();
  await elsewhere.setOffline(false);
  await name.fill("second");
  await expect(other.getByText(en.wizard.stale)).toBeVisible();
  await expect(name).toHaveValue("second");
  await other.unrouteAll();
  await other.getByRole("button", { name: en.wizard.staleTheirs }).click();
  await expect(name).toHaveValue("first");
  await name.fill("third");
  await expect(page.getByLabel(en.wizard.name.label)).toHaveValue("third");
  await elsewhere.close();
});
