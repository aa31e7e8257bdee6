import { expect, type Locator, type Page } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";

/** A storage as a person types it into its form; fields not named keep their defaults. */
export interface StorageInput {
  kind: "File" | "LVM";
  name: string;
  fields?: Record<string, string>;
}

export interface ClusterInput {
  name: string;
  storages: StorageInput[];
  /** Name of the main storage. */
  main: string;
  nodes: LabNode[];
}

/** Goes to the next step of the wizard by its button. */
export async function next(page: Page, step: string): Promise<void> {
  await page.getByRole("button", { name: `Next: ${step}` }).click();
  await expect(page.locator('[aria-current="step"]')).toContainText(step);
}

export async function openWizard(page: Page): Promise<void> {
  await page.goto("/");
  await page
    .getByRole("link", { name: /New cluster|Create the first cluster/ })
    .first()
    .click();
  await expect(page.getByLabel("Cluster name")).toBeVisible();
}

export async function addStorage(page: Page, storage: StorageInput): Promise<void> {
  await page.getByRole("button", { name: storage.kind === "File" ? /^File\s*Drives/ : /^LVM\s*Drives/ }).click();
  await page.getByLabel("Name", { exact: true }).fill(storage.name);
  for (const [label, value] of Object.entries(storage.fields ?? {}))
    await page.getByLabel(label, { exact: true }).fill(value);
}

/** Adds a machine by address and password. Does not confirm its host key. */
export async function addMachine(page: Page, node: { address: string; rootPassword: string }): Promise<void> {
  const address = page.getByLabel("Address", { exact: true });
  if (!(await address.isVisible())) await page.getByRole("button", { name: "Add by address" }).click();
  await address.fill(node.address);
  await page.getByRole("textbox", { name: "Password" }).fill(node.rootPassword);
  await page.getByRole("button", { name: "Add", exact: true }).click();
}

/** The part of the nodes step that is about one machine. */
export function machine(page: Page, address: string): Locator {
  return page.getByRole("article", { name: address });
}

/** Compares the shown host key with the node's own and confirms it. */
export async function confirmHostKey(page: Page, node: LabNode): Promise<void> {
  const own = machine(page, node.address);
  await expect(own.getByText(await node.hostKeyFingerprint())).toBeVisible({ timeout: 200_000 });
  await own.getByRole("button", { name: "It is the right one" }).click();
}

/** Walks the wizard to its review with everything ready. */
export async function fillWizard(page: Page, input: ClusterInput): Promise<void> {
  await openWizard(page);
  await page.getByLabel("Cluster name").fill(input.name);
  await next(page, "Storages");
  for (const storage of input.storages) await addStorage(page, storage);
  await next(page, "Main storage");
  await page.locator("label").filter({ hasText: input.main }).click();
  await next(page, "Nodes");
  for (const node of input.nodes) {
    await addMachine(page, node);
    await confirmHostKey(page, node);
  }
  for (const node of input.nodes)
    await expect(machine(page, node.address).getByText("ready to join")).toBeVisible({ timeout: 400_000 });
  await next(page, "Review");
}

/** Confirms the review and waits for the end of the task. Answers with the word its page shows. */
export async function confirmAndWait(page: Page, button: string | RegExp, timeoutMs = 300_000): Promise<void> {
  await page.getByRole("button", { name: button }).click();
  await page.waitForURL(/\/tasks\//, { timeout: 300_000 });
  await expect(page.getByText("Done", { exact: true }).first()).toBeVisible({ timeout: timeoutMs });
}
