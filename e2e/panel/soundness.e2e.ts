import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { en } from "../../lib/messages/en.ts";
import { guardPages } from "../fixtures/page-guard.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, SEEDED } from "../support/seed.ts";
import { openWizard } from "../verbs/wizard.ts";

// On both workers.
test.describe.configure({ mode: "parallel" });
// Colours on their way from one theme to the other are no theme's.
test.use({ contextOptions: { reducedMotion: "reduce" } });

/** A page is opened once and looked at four times: at both widths, in both themes. */
const WIDTHS = [
  { width: 390, height: 844 },
  { width: 1350, height: 900 },
] as const;
const THEMES = ["dark", "light"] as const;

const PAGES = [
  "/",
  `/clusters/${SEED.cluster.id}`,
  `/clusters/${SEED.cluster.id}?why=${SEED.node.id}`,
  `/clusters/${SEED.cluster.id}?q=nothing`,
  `/clusters/${SEED.empty.id}`,
  `/nodes/${SEED.node.id}`,
  `/nodes/${SEED.node.id}/edit`,
  `/nodes/${SEED.node.id}/remove`,
  `/nodes/${SEED.node.id}/rotate-key`,
  `/storages/${SEED.main.id}`,
  `/storages/${SEED.main.id}?node=${SEED.node.id}&range=quarter`,
  `/storages/${SEED.fast.id}`,
  `/storages/${SEED.fast.id}/edit`,
  `/storages/${SEED.fast.id}/remove`,
  `/storages/${SEED.fast.id}/parts?do=add&node=${SEED.node.id}`,
  `/clusters/${SEED.empty.id}/remove`,
  "/drives",
  "/drives?q=nothing",
  "/drives?storage=st_seedlvm0000000&sort=size&down=1",
  `/drives/${SEED.drive.id}`,
  `/drives/${SEED.gone.id}`,
  "/drives/new",
  `/drives/change?do=grow&ids=${SEED.drive.id}`,
  `/drives/change?do=delete&ids=${SEED.drive.id},${SEED.gone.id}`,
  "/tasks",
  "/tasks?show=trouble",
  "/tasks?q=nothing+has+this+name",
  `/tasks/${SEED.done}`,
  `/tasks/${SEED.undone}`,
  `/tasks/${SEED.failed}`,
  "/settings",
  "/audit",
  "/audit?q=nothing+is+called+so",
  "/nodes/nd_nobody",
] as const;

/** What must hold on every page at every width, in every theme. Leaves it wide and light. */
async function expectSound(page: Page, path: string): Promise<void> {
  await expect(page.locator("h1"), path).toHaveCount(1);
  for (const viewport of WIDTHS) {
    await page.setViewportSize(viewport);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page, colorScheme, `${path}, ${viewport.width} px, ${colorScheme}`);
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(sideways, `${path} scrolls sideways at ${viewport.width} px`).toBeLessThanOrEqual(0);
    expect(await page.evaluate(smallTargets), `${path} has targets under 24 px`).toEqual([]);
  }
}

/** The dark theme has the light one's elements in other colours. */
async function expectAccessible(page: Page, colorScheme: (typeof THEMES)[number], where: string): Promise<void> {
  const axe = new AxeBuilder({ page });
  const isDark = colorScheme === "dark";
  const { violations } = await (isDark ? axe.withRules(["color-contrast", "link-in-text-block"]) : axe).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`),
    where,
  ).toEqual([]);
}

/** Buttons and links that are hard to hit; links within a sentence are excepted, as the guideline does. Runs in the page. */
function smallTargets(): string[] {
  const isShown = (element: Element) =>
    (element as HTMLElement).checkVisibility({ opacityProperty: true, visibilityProperty: true });
  return [...document.querySelectorAll("a, button, summary, input:not([type=hidden]), select, textarea")].flatMap(
    (element) => {
      if (!isShown(element) || element.closest(".sr-only") || element.classList.contains("sr-only")) return [];
      const { width, height } = element.getBoundingClientRect();
      const inSentence =
        element.tagName === "A" && getComputedStyle(element).display === "inline" && element.closest("p") !== null;
      const tooSmall = Math.round(height) < 24 || Math.round(width) < 24;
      return width > 1 && tooSmall && !inSentence ? [`${element.outerHTML.slice(0, 120)} ${width}×${height}`] : [];
    },
  );
}

/** Fills the wizard up to its nodes by clicks. */
async function walkToNodes(page: Page): Promise<void> {
  await openWizard(page);
  await page.getByLabel(en.wizard.name.label).fill("alpha");
  await page.getByRole("button", { name: "Next: Storages" }).click();
  await page.getByRole("button", { name: /^File / }).click();
  await page.getByRole("button", { name: "Next: Main storage" }).click();
  await page.getByRole("button", { name: "Next: Nodes" }).click();
  await expect(page.getByRole("button", { name: en.wizard.nodes.add })).toBeVisible();
}

test.describe("with rows", () => {
  test.use({ panelOptions: SEEDED });

  for (const half of [0, 1])
    test(`every page is sound for eyes, hands and screen readers, ${half + 1} of 2`, async ({ page, panel, guard }) => {
      test.setTimeout(300_000);
      guard.allow(/404 \(Not Found\)/);
      await page.goto(panel.url);
      await expect(page.locator("[data-live=live]")).toBeVisible();
      for (const path of PAGES.filter((_, at) => at % 2 === half)) {
        await page.goto(path);
        await expect(page.locator("main h1")).toBeVisible();
        await expect(page.locator("[aria-busy=true]"), `${path} has arrived`).toHaveCount(0);
        await expectSound(page, path);
      }
    });
});

test("every step of the wizard is sound", async ({ page, panel }) => {
  test.setTimeout(240_000);
  await page.goto(panel.url);
  await expectSound(page, "empty overview");
  await openWizard(page);
  await page.getByRole("button", { name: "Next: Storages" }).click();
  await expect(page.getByLabel(en.wizard.name.label)).toHaveAttribute("aria-invalid", "true");
  await expectSound(page, "name, refused");
  await walkToNodes(page);
  await page.getByRole("button", { name: en.wizard.nodes.add }).click();
  await expectSound(page, "nodes, adding one");
  await page.getByRole("button", { name: en.wizard.nodes.paste }).click();
  await expectSound(page, "nodes, pasting a list");
  const draft = new URL(page.url()).pathname;
  for (const step of ["name", "storages", "main", "nodes", "review"]) {
    await page.goto(`${draft}?step=${step}`);
    await expect(page.getByRole("heading", { level: 2 }).first()).toBeVisible();
    await expectSound(page, step);
  }
  await page.goto(`${draft}?step=storages`);
  await page.getByRole("button", { name: "Edit file" }).click();
  await expectSound(page, "storages, one open");
  await page.getByRole("button", { name: en.wizard.look.add, exact: true }).click();
  await expect(page.getByLabel(en.wizard.nodes.address)).toBeVisible();
  await expectSound(page, "storages, looking through a node");
  await page.getByRole("button", { name: en.wizard.discard }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectSound(page, "the question before discarding");
});

test("the doors are sound", async ({ browser, panel }) => {
  test.setTimeout(120_000);
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const guard = await guardPages(context, () => panel.url);
  const page = await context.newPage();
  for (const path of ["/sign-in", "/setup", "/setup#token", "/invite#token", "/reset#token"]) {
    await page.goto("about:blank");
    await page.goto(`${panel.url}${path}`);
    await expect(page.locator("h1")).toBeVisible();
    await expectSound(page, path);
  }
  expect(guard.complaints()).toEqual([]);
  await context.close();
});
