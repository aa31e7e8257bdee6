import { test as base, expect, type Locator, type Page } from "@playwright/test";
import type { Lab, LabNode } from "../../lab/index.ts";
import { signInContext } from "../fixtures/test.ts";
import { guardPages, type PageGuard } from "../fixtures/page-guard.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { joinedPanel, type SceneName } from "./joined.ts";

interface Situation {
  lab: Lab;
  panel: TestPanel;
  page: Page;
  guard: PageGuard;
  /** The node that is hurt, and the one that must not notice. */
  hurt: LabNode;
  other: LabNode;
}

/** A cluster of two nodes, its page open, everything active: where each of these tests begins. */
export const test = base.extend<{ scene: SceneName; situation: Situation }>({
  scene: ["joined-file", { option: true }],
  situation: async ({ browser, scene }, use) => {
    const { lab, panel } = await joinedPanel(browser, scene);
    const context = await browser.newContext({ baseURL: panel.url });
    const guard = await guardPages(context, () => panel.url);
    await signInContext(context, panel);
    const page = await context.newPage();
    await toCluster(page);
    const [hurt, other] = lab.nodes;
    if (!hurt || !other) throw new Error("the scene has two nodes");
    for (const node of [hurt, other]) await expect(status(page, node)).toHaveText("Active", { timeout: 60_000 });
    await use({ lab, panel, page, guard, hurt, other });
    await context.close();
    // Before anything is judged: a panel that is left behind goes on looking at the nodes.
    await panel.stop();
    expect(guard.complaints(), "what no page of the panel may do").toEqual([]);
  },
});

/** Opens the page of the scene's cluster, from wherever the page stands. */
export async function toCluster(page: Page): Promise<void> {
  await page.goto("/");
  await page.getByRole("link", { name: "alpha", exact: true }).first().click();
}

/** The node's row of the matrix; its cells are status, CPU, memory, load, then the storages in the order of the heads. */
export function row(page: Page, node: LabNode): Locator {
  return page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: node.address }) });
}

export function status(page: Page, node: LabNode): Locator {
  return row(page, node).getByRole("cell").first().locator("span > span").first();
}

/** Opens the row to its cause and answers with what it says. */
export async function why(page: Page, node: LabNode): Promise<Locator> {
  await row(page, node).getByRole("button", { name: /^Why/ }).click();
  return page.locator('tr[id^="why-"]');
}

/** Slow machines take part in these tests; whether it is quick is measured by the benchmark, not here. */
export const SHOWN = { timeout: 60_000 };
export const BACK = { timeout: 120_000 };
