import { expect, test } from "../fixtures/test.ts";
import { nodesDown, preparedNodes } from "../support/nodes.ts";
import { fillWizard, taskDone } from "../verbs/wizard.ts";

test.afterAll(nodesDown);

test("a panel killed in the middle of a creation goes on after its start; the open page catches up by itself", {
  tag: ["@B02", "@P10"],
}, async ({ page, panel, guard }) => {
  guard.allow(/Failed to load resource|net::ERR|WebSocket|fetch/i);
  const lab = await preparedNodes();
  const [node] = lab.nodes;
  await page.goto(panel.url);
  await fillWizard(page, {
    name: "alpha",
    storages: [
      { kind: "File", name: "files" },
      { kind: "LVM", name: "group" },
    ],
    main: "files",
    nodes: [node!],
  });
  await page.getByRole("button", { name: "Create the cluster" }).click();
  await page.waitForURL(/\/tasks\//, { timeout: 300_000 });
  await expect(page.getByText(/^[2-9] of \d+ steps|[2-9] of \d+ steps/).first()).toBeVisible({ timeout: 120_000 });
  await panel.kill9();
  await expect(page.locator("[data-live=live]")).toHaveCount(0, { timeout: 60_000 });
  await panel.start();
  await taskDone(page);
  const records = await node!.sh("ls /var/lib/spindle 2>/dev/null; systemctl list-units --all --no-legend 'spindle-*'");
  expect(records.trim(), "no record of the task stays on the node").toBe("");
  await page.goto(panel.url);
  await page.getByRole("link", { name: "alpha", exact: true }).first().click();
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: node!.address }) });
  await expect(row).toContainText("Active", { timeout: 60_000 });
});
