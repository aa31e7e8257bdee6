/** `npm run screenshots`: the pictures of README and docs, taken from a real cluster of real nodes: they can't lie. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { chromium, type Page } from "@playwright/test";
import { openNewDrive, runPlan } from "../e2e/verbs/drives.ts";
import { en } from "../lib/messages/en.ts";
import config from "../playwright.config.ts";
import type { LabNode } from "../lab/index.ts";
import { fillDemo } from "./demo/fill.ts";
import { startDemoLab } from "./demo/lab.ts";
import { startDemoPanel } from "./demo/panel.ts";
import { clearPlace, takePlace } from "./demo/place.ts";
import { ensureHost } from "./prerequisites.ts";

const FOLDER = "docs/screenshots";
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

async function take(page: Page, name: string): Promise<void> {
  await page.getByText("live", { exact: true }).waitFor();
  for (const scheme of ["light", "dark"] as const) {
    // Colours pass over into each other: a picture is taken of where that ends.
    await page.emulateMedia({ colorScheme: scheme });
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      await page.screenshot({
        animations: "disabled",
        path: `${FOLDER}/${name}-${size === "phone" ? "phone-" : ""}${scheme}.png`,
      });
    }
  }
}

/** Drives as a cluster in use has them, of both storages. */
async function makeDrives(page: Page, node: LabNode): Promise<void> {
  for (const { count, ...drive } of [
    { storage: "files", label: "web", mib: 512, count: 3 },
    { storage: "group", label: "db", mib: 2048, count: 2 },
  ]) {
    await openNewDrive(page, { ...drive, node });
    await page.getByLabel(en.drives.form.count).fill(String(count));
    await runPlan(page, `Create ${count} drives`, { timeout: 600_000 });
  }
}

await ensureHost({ browser: true });
mkdirSync(FOLDER, { recursive: true });
const place = await takePlace();
const lab = await startDemoLab(place.name);
const admin = { email: "admin@demo.test", name: "Demo", password: randomBytes(12).toString("base64url") };
const panel = await startDemoPanel(place.data, admin);
const browser = await chromium.launch(config.use?.launchOptions);
try {
  await fillDemo(panel, admin, lab);
  const page = await browser.newPage({ baseURL: panel.url });
  await page.goto("/");
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByLabel("Password").fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const cluster = page.getByRole("link", { name: "demo", exact: true }).first();
  await cluster.waitFor();
  await makeDrives(page, lab.nodes[0]!);
  await page.getByRole("link", { name: "Drives", exact: true }).first().click();
  await page.getByRole("rowheader", { name: "web-1" }).waitFor();
  await take(page, "drives");
  await page.setViewportSize(SIZES.desktop);
  await page.goto("/");
  await cluster.waitFor();
  await take(page, "overview");
  await page.setViewportSize(SIZES.desktop);
  await cluster.click();
  const active = page.getByRole("row").filter({ hasText: "Active" });
  await active.nth(1).waitFor({ timeout: 120_000 });
  await take(page, "cluster");
  await page.setViewportSize(SIZES.desktop);
  await page.getByRole("columnheader", { name: /group/ }).getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: "group" }).waitFor();
  await page.waitForLoadState("networkidle");
  await take(page, "storage");
  await page.goBack();
  await lab.nodes[0]?.breakFault("dir-replaced");
  await page.setViewportSize(SIZES.desktop);
  await page.getByRole("button", { name: /^Why/ }).click({ timeout: 120_000 });
  await take(page, "corrupted");
} finally {
  await browser.close();
  await clearPlace(place);
}
