import { en } from "../../lib/messages/en.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, SEEDED } from "../support/seed.ts";
import { invite } from "../verbs/administrators.ts";
import { goAround, tabTo } from "../verbs/keyboard.ts";
import { openWizard } from "../verbs/wizard.ts";

test.describe("by keyboard alone", () => {
  test.describe("a panel with rows", () => {
    test.use({ panelOptions: SEEDED });

    test("the main action is at most four presses away", async ({ page, panel }) => {
      for (const [path, action] of [
        ["/", /^New cluster$/],
        [`/clusters/${SEED.cluster.id}`, /^Add nodes$/],
      ] as const) {
        await page.goto(`${panel.url}${path}`);
        await page.keyboard.press("Tab");
        await expect(page.getByRole("link", { name: en.common.skip })).toBeFocused();
        await page.keyboard.press("Enter");
        await tabTo(page, action, 2);
      }
    });
  });

  test("a cluster is named, given storages and a main one, and typed text is kept", { tag: ["@S05", "@S09"] }, async ({
    page,
    panel,
  }) => {
    await page.goto(panel.url);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await tabTo(page, /Create the first cluster/, 2);
    await page.keyboard.press("Enter");
    await expect(page.getByLabel(en.wizard.name.label)).toBeVisible();
    await tabTo(page, /Cluster name/, 25);
    await page.keyboard.type("alpha");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/step=storages/);
    await expect(page.getByRole("heading", { level: 2, name: "Storages" })).toBeFocused();
    await tabTo(page, /^File/, 3);
    await page.keyboard.press("Enter");
    await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("ssd");
    await page.keyboard.press("Enter");
    await tabTo(page, /^LVM/, 12);
    await page.keyboard.press("Enter");
    await tabTo(page, /Volume group/, 2);
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("no good");
    await tabTo(page, /Next: Main storage/, 20);
    await page.keyboard.press("Enter");
    await expect(page.getByLabel("Volume group for VMs")).toBeFocused();
    await expect(page.getByLabel("Volume group for VMs")).toHaveAccessibleDescription(/letters, digits/);
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("lvm0");
    await tabTo(page, /Next: Main storage/, 20);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 2, name: "Main storage" })).toBeFocused();
    await tabTo(page, /^ssd/, 2);
    await page.keyboard.press("ArrowDown");
    await expect(page.getByRole("radio", { name: /^lvm/ })).toBeChecked();
    await tabTo(page, /Next: Nodes/, 4);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/step=nodes/);
    await page.reload();
    await page.getByRole("button", { name: /^Name/ }).click();
    await expect(page.getByLabel(en.wizard.name.label)).toHaveValue("alpha");
    await page.getByRole("button", { name: /^Main storage/ }).click();
    await expect(page.getByRole("radio", { name: /^lvm/ })).toBeChecked();
  });

  test("the question before a draft is thrown away keeps the focus and gives it back", async ({ page, panel }) => {
    await page.goto(panel.url);
    await openWizard(page);
    await goAround(page, new RegExp(`^${en.wizard.discard}$`));
  });

  test.describe("questions about what is there", () => {
    test.use({ panelOptions: SEEDED });

    test("every other question keeps the focus and gives it back", async ({ page, browser, panel }) => {
      test.setTimeout(180_000);
      await (await invite(page, browser, panel.url, "Bob")).context().close();
      const questions: [string, RegExp][] = [
        [`/nodes/${SEED.node.id}`, /^Start maintenance of kvm-01$/],
        [`/storages/${SEED.fast.id}`, new RegExp(`^${en.life.disable}$`)],
        ["/settings", /^End the sessions of Bob$/],
        ["/settings", /^Remove Bob$/],
      ];
      for (const [path, name] of questions) {
        await page.goto(`${panel.url}${path}`);
        await expect(page.locator("[data-live=live]")).toBeVisible();
        await goAround(page, name);
      }
    });

    test("a question is answered, and what was asked for happens", async ({ page, panel }) => {
      await page.goto(`${panel.url}/storages/${SEED.fast.id}`);
      await expect(page.locator("[data-live=live]")).toBeVisible();
      await tabTo(page, new RegExp(`^${en.life.disable}$`), 80);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("dialog")).toBeVisible();
      await tabTo(page, new RegExp(`^${en.life.disableConfirm}$`), 3);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("main").getByText(en.life.disabledText)).toBeVisible();
    });

    test("the navigation of a phone keeps the focus and gives it back", async ({ page, panel }) => {
      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto(panel.url);
      await expect(page.locator("[data-live=live]")).toBeVisible();
      await goAround(page, new RegExp(`^${en.pages.shell.menu}$`));
    });
  });
});
