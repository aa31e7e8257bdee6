import { expect, type Page } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";
import { en } from "../../lib/messages/en.ts";
import { confirmAndWait } from "./wizard.ts";

/** Nodes of the lab take their time. */
export const LONG = { timeout: 120_000 };

export interface NewDrive {
  storage: string;
  label: string;
  mib: number;
  node?: LabNode;
}

/** Fills the form of new drives. */
export async function openNewDrive(page: Page, { storage, label, mib, node }: NewDrive): Promise<void> {
  await page.getByRole("link", { name: "Drives", exact: true }).first().click();
  await page.getByRole("link", { name: en.drives.create }).click();
  // The list has a field of that name as well.
  await expect(page.getByRole("heading", { level: 1, name: en.drives.form.createTitle })).toBeVisible();
  const storages = page.getByLabel(en.drives.form.storage, { exact: true });
  await storages.selectOption({ label: (await storages.locator("option", { hasText: storage }).textContent()) ?? "" });
  await page.getByLabel(en.drives.form.label, { exact: true }).fill(label);
  await page.getByLabel(en.drives.form.size, { exact: true }).fill(String(mib));
  await page.getByLabel(en.drives.form.unit).selectOption("MiB");
  if (!node) return;
  const nodes = page.getByLabel(en.drives.form.node, { exact: true });
  const option = nodes.locator("option", { hasText: node.name });
  await expect(option).toBeEnabled(LONG);
  await nodes.selectOption({ label: (await option.textContent()) ?? "" });
}

/** Presses the button of the shown plan and waits for the end of its task. */
export async function runPlan(page: Page, button: string | RegExp, patience = LONG): Promise<void> {
  await expect(page.getByRole("button", { name: button })).not.toHaveAttribute("aria-disabled", "true", patience);
  await confirmAndWait(page, button, patience.timeout);
}
