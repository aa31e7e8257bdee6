import { chromium, expect } from "@playwright/test";
import config from "../../playwright.config.ts";
import type { DemoPanel } from "./panel.ts";

/** Signs in at the printed address as the printed administrator and waits until two nodes are shown as active. Throws when they are not. */
export async function checkDemo(panel: DemoPanel, admin: { email: string; password: string }): Promise<void> {
  const browser = await chromium.launch(config.use?.launchOptions);
  try {
    const page = await browser.newPage();
    await page.goto(panel.url);
    await page.getByLabel("E-mail").fill(admin.email);
    await page.getByLabel("Password").fill(admin.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "demo", exact: true }).first().click();
    const rows = page.getByRole("row").filter({ hasText: "Active" });
    await expect(rows).toHaveCount(2, { timeout: 120_000 });
    console.log("Signed in; two active nodes are shown.");
  } finally {
    await browser.close();
  }
}
