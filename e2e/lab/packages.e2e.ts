import { expect, test } from "../fixtures/test.ts";
import { plainDown, plainNode } from "../support/nodes.ts";
import { status } from "../support/situation.ts";
import { confirmAndWait, fillWizard } from "../verbs/wizard.ts";

test.afterAll(plainDown);

test("a bare Debian joins: the packages that were listed are installed, and it is a node like any other", {
  tag: "@P01",
}, async ({ page, panel }) => {
  const bare = (await plainNode()).nodes[0]!;
  await page.goto(panel.url);
  await fillWizard(page, { name: "alpha", storages: [{ kind: "File", name: "files" }], main: "files", nodes: [bare] });
  await confirmAndWait(page, "Create the cluster", 1_000_000);
  expect(await bare.sh(["virsh", "-c", "qemu:///system", "version"], { timeoutMs: 120_000 })).toContain("QEMU");
  await page.getByRole("link", { name: "alpha", exact: true }).first().click();
  await expect(status(page, bare)).toHaveText("Active", { timeout: 60_000 });
});
