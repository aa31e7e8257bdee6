import type { Page } from "@playwright/test";
import { en } from "../../lib/messages/en.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, SEEDED } from "../support/seed.ts";
import { openWizard } from "../verbs/wizard.ts";

/** Tabs on until something with this name has the focus; fails after `most` presses or at a stop nobody can see. */
async function tabTo(page: Page, name: RegExp, most: number): Promise<void> {
  for (let press = 1; press <= most; press += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      // A tile has it around its label, a box around itself.
      const styles = [element, element.closest("label")].flatMap((each) => (each ? getComputedStyle(each) : []));
      const { top, bottom } = element.getBoundingClientRect();
      const dock = Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--dock")) || 0;
      return {
        text:
          element.getAttribute("aria-label") ??
          (element as HTMLInputElement).labels?.[0]?.textContent ??
          element.textContent ??
          "",
        isRinged: styles.some(
          ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1,
        ),
        isInView: bottom > 0 && top < window.innerHeight - dock,
      };
    });
    expect(stop.isRinged, `the focus on “${stop.text}” is visible`).toBe(true);
    expect(stop.isInView, `the focus on “${stop.text}” is in view`).toBe(true);
    if (name.test(stop.text.trim())) return;
  }
  throw new Error(`${name} is not reached within ${most} presses of Tab`);
}

test.describe("by keyboard alone", () => {
  test.describe("with rows", () => {
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
    await expect(page).toHaveURL(/step=main/);
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

  test("a question is asked in a dialog that keeps the focus and gives it back", async ({ page, panel }) => {
    await page.goto(panel.url);
    await openWizard(page);
    const discard = page.getByRole("button", { name: en.wizard.discard });
    await discard.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(discard).toBeFocused();
  });
});
