import { expect, type Locator, type Page } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";

/** A storage as a person types it into its form; fields not named keep their defaults. */
export interface StorageInput {
  kind: "File" | "LVM" | "Network LVM";
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
  await page.getByRole("button", { name: new RegExp(`^${storage.kind}\\s*Drives`) }).click();
  await page.getByLabel("Name", { exact: true }).fill(storage.name);
  for (const [label, value] of Object.entries(storage.fields ?? {}))
    await page.getByLabel(label, { exact: true }).fill(value);
}

/** Adds a machine by address and password; without a password by the panel's own key. Does not confirm its host key. */
export async function addMachine(page: Page, node: { address: string; rootPassword: string | null }): Promise<void> {
  const address = page.getByLabel("Address", { exact: true });
  if (!(await address.isVisible())) await page.getByRole("button", { name: "Add by address" }).click();
  await address.fill(node.address);
  const credential = page.getByRole("group", { name: "Sign in with" });
  await credential.getByText(node.rootPassword === null ? "The panel’s key" : "Password", { exact: true }).click();
  if (node.rootPassword !== null) await page.getByRole("textbox", { name: "Password" }).fill(node.rootPassword);
  await page.getByRole("button", { name: "Add", exact: true }).click();
}

/** The part of the nodes step that is about one machine. */
export function machine(page: Page, address: string): Locator {
  return page.getByRole("article", { name: address });
}

/** Compares the shown host key with the node's own and confirms it. */
export async function confirmHostKey(page: Page, node: Pick<LabNode, "address" | "hostKeyFingerprint">): Promise<void> {
  const own = machine(page, node.address);
  await expect(own.getByText(await node.hostKeyFingerprint())).toBeVisible({ timeout: 200_000 });
  await own.getByRole("button", { name: "It is the right one" }).click();
}

/** What a machine must be, as a row of it: of the machine itself, or of one storage there. */
export function requirement(page: Page, address: string, title: string, storage?: string): Locator {
  const own = machine(page, address);
  const group = storage
    ? own
        .locator(":scope > div")
        .filter({ has: page.getByRole("heading", { name: `Storage ${storage}`, exact: true }) })
    : own;
  return group.getByRole("listitem").filter({ has: page.getByText(title, { exact: true }) });
}

/** Looks at a machine once more by its button and waits for the end of the look. */
export async function lookAgain(page: Page, address: string): Promise<void> {
  const own = machine(page, address);
  const state = own.locator("[data-machine-state]");
  await own.getByRole("button", { name: "Look again" }).click();
  await expect(state).toHaveAttribute("data-machine-state", "looking");
  await lookEnded(page, address);
}

/** Waits until a machine was looked at, whatever was found. */
export async function lookEnded(page: Page, address: string): Promise<void> {
  const state = machine(page, address).locator("[data-machine-state]");
  await expect(state).toHaveAttribute("data-machine-state", /ready|blocked|failed/, { timeout: 300_000 });
}

/** A step of the review or of a task's page as it is read there. */
export interface ShownStep {
  title: string;
  command: string;
  undo: string;
}

/** The steps of the plan beside the form, in order, opened to their whole length. */
export async function plannedSteps(page: Page): Promise<ShownStep[]> {
  const plan = page.getByRole("region", { name: "What will happen" });
  const folded = plan.getByRole("button", { name: /^Whole command|more steps?$/ });
  while ((await folded.count()) > 0) await folded.first().click();
  return plan.locator("ol > li").evaluateAll((steps) =>
    steps.map((step) => ({
      title: step.querySelector("p")?.textContent ?? "",
      command: step.querySelector(":scope > div > code")?.textContent ?? "",
      undo: step.querySelector(":scope > div > div:last-child > code")?.textContent ?? "",
    })),
  );
}

/** The steps of a task's page, in order, each opened by its row. */
export async function taskSteps(page: Page): Promise<ShownStep[]> {
  const rows = page.getByRole("region", { name: "Steps" }).getByRole("listitem");
  for (const row of await rows.all()) {
    const opener = row.getByRole("button").first();
    if ((await opener.getAttribute("aria-expanded")) === "false") await opener.click();
  }
  return rows.evaluateAll((steps) =>
    steps.map((step) => ({
      title: step.querySelector("button > span:nth-child(2) > span")?.textContent ?? "",
      // The prompt stands before the command, what it printed after it.
      command: step.querySelector("pre")?.childNodes[1]?.textContent ?? "",
      undo: step.querySelector("p > code")?.textContent ?? "",
    })),
  );
}

/** Walks the wizard to its review with everything ready, and waits until the plan shown there can be confirmed. */
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
  await expect(page.getByRole("button", { name: "Create the cluster" })).toBeEnabled();
}

/** Confirms the review and waits for the end of the task. Answers with the word its page shows. */
export async function confirmAndWait(page: Page, button: string | RegExp, timeoutMs = 300_000): Promise<void> {
  await page.getByRole("button", { name: button }).click();
  // Another task may have what it needs first: the page waits for that.
  await page.waitForURL(/\/tasks\//, { timeout: Math.max(300_000, timeoutMs) });
  await expect(page.getByText("Done", { exact: true }).first()).toBeVisible({ timeout: timeoutMs });
}
