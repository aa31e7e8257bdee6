import { expect, type Page } from "@playwright/test";

/** Tabs on until something with this name has the focus; fails after `most` presses or at a stop nobody can see. */
export async function tabTo(page: Page, name: RegExp, most: number): Promise<void> {
  for (let press = 1; press <= most; press += 1) {
    await page.keyboard.press("Tab");
    // Between the last stop and the first one lies the browser's own.
    if (await page.evaluate(() => document.activeElement === document.body)) continue;
    const stop = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      // A tile has it around its label, a box around itself.
      const styles = [element, element.closest("label")].flatMap((each) => (each ? getComputedStyle(each) : []));
      const { top, bottom } = element.getBoundingClientRect();
      // What is behind the dock is hidden; what is on it is not.
      const isOnDock = element.closest("aside") !== null;
      const dock = isOnDock
        ? 0
        : Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--dock")) || 0;
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

/** Opens a question, goes around in it, leaves it, and is back where it was asked. */
export async function goAround(page: Page, name: RegExp): Promise<void> {
  await tabTo(page, name, 80);
  const asked = page.locator(":focus");
  const label = await asked.evaluate((element) => element.getAttribute("aria-label") ?? element.textContent);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog, `${label} asks`).toBeVisible();
  for (let press = 0; press < 8; press += 1) {
    // Between the last stop and the first one lies the browser's own.
    const isIn = await page.evaluate(() => {
      const focused = document.activeElement;
      return focused === document.body || document.querySelector("dialog[open]")?.contains(focused);
    });
    expect(isIn, `the focus stays within ${label}`).toBe(true);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("button", { name: label ?? "", exact: true }), `${label} has it back`).toBeFocused();
}
