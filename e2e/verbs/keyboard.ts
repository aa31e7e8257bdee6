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
