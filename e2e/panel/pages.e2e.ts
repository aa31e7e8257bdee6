import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "@playwright/test";
import { connect } from "../../lib/db/client.ts";
import { en } from "../../lib/messages/en.ts";
import { guardPages } from "../fixtures/page-guard.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, signInContext, test as base } from "../fixtures/test.ts";
import { SEED, seedPanel } from "../support/seed.ts";

const test = base.extend<{ seeded: TestPanel }>({
  seeded: async ({ panel }, use) => {
    await panel.stop();
    await seedPanel(panel.databaseUrl ?? "");
    await panel.start();
    await use(panel);
  },
});

const LOOKS = [
  { name: "light, 1350 px", colorScheme: "light", viewport: { width: 1350, height: 900 } },
  { name: "dark, 1350 px", colorScheme: "dark", viewport: { width: 1350, height: 900 } },
  { name: "light, 390 px", colorScheme: "light", viewport: { width: 390, height: 844 } },
  { name: "dark, 390 px", colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const;

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

/** What must hold on every page at every width. */
async function expectSound(page: Page, where: string): Promise<void> {
  await expect(page.locator("h1"), where).toHaveCount(1);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`),
    where,
  ).toEqual([]);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(sideways, `${where} scrolls sideways`).toBeLessThanOrEqual(0);
  expect(await page.evaluate(smallTargets), `${where} has targets under 24 px`).toEqual([]);
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

async function openWizard(page: Page): Promise<void> {
  await page.goto("/clusters/new");
  await expect(page.getByLabel(en.wizard.name.label)).toBeVisible();
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

for (const look of LOOKS) {
  test.describe(look.name, () => {
    test.use({ colorScheme: look.colorScheme, viewport: look.viewport });

    test("every page is sound for eyes, hands and screen readers", async ({ page, seeded, guard }) => {
      test.setTimeout(300_000);
      guard.allow(/404 \(Not Found\)/);
      await page.goto(seeded.url);
      await expect(page.locator("[data-live=live]")).toBeVisible();
      for (const path of PAGES) {
        await page.goto(path);
        await expect(page.locator("main h1")).toBeVisible();
        await expect(page.locator("[aria-busy=true]"), `${path} has arrived`).toHaveCount(0);
        await expectSound(page, path);
      }
    });

    test("every step of the wizard is sound", async ({ page, panel }) => {
      test.setTimeout(120_000);
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
      await withStranger(browser, panel, look, async (page) => {
        for (const path of ["/sign-in", "/setup", "/setup#token", "/invite#token", "/reset#token"]) {
          await page.goto("about:blank");
          await page.goto(`${panel.url}${path}`);
          await expect(page.locator("h1")).toBeVisible();
          await expectSound(page, path);
        }
      });
    });
  });
}

/** A browser that is not signed in. */
async function withStranger(
  browser: Browser,
  panel: TestPanel,
  look: { colorScheme?: "light" | "dark"; viewport?: { width: number; height: number } },
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ colorScheme: look.colorScheme, viewport: look.viewport });
  try {
    const guard = await guardPages(context, () => panel.url);
    await use(await context.newPage());
    expect(guard.complaints()).toEqual([]);
  } finally {
    await context.close();
  }
}

test("rows stand in the first HTML, before any script", async ({ browser, seeded }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  await signInContext(context, seeded);
  const page = await context.newPage();
  await page.goto(`${seeded.url}/clusters/${SEED.cluster.id}`);
  await expect(page.getByRole("rowheader")).toHaveText([/kvm-01/, /kvm-02/, /kvm-03/]);
  await expect(page.getByRole("columnheader", { name: /fast LVM/ })).toBeVisible();
  await page.goto(seeded.url);
  await expect(page.getByRole("rowheader", { name: "fra-kvm" })).toBeVisible();
  await page.goto(`${seeded.url}/tasks`);
  await expect(page.getByRole("rowheader")).toHaveCount(3);
  await context.close();
});

test("a node that can't be reached is said so by itself, with its last figures and their age, never a zero", async ({
  page,
  seeded,
}) => {
  await page.goto(`${seeded.url}/clusters/${SEED.cluster.id}`);
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "kvm-01" }) });
  await expect(row).toContainText("Unreachable", { timeout: 30_000 });
  await expect(row).toContainText("/ 894 GiB");
  await expect(row).toContainText(/min old|s old/);
  await expect(row.getByRole("cell").nth(1)).toHaveText(/–/);
});

test("filter, only what is wrong and the opened row live in the address", async ({ page, seeded }) => {
  const cluster = `${seeded.url}/clusters/${SEED.cluster.id}`;
  await page.goto(cluster);
  const rows = page.getByRole("rowheader");
  await page.getByLabel(en.pages.cluster.filter).fill("kvm-02");
  await expect(rows).toHaveCount(1);
  await expect(page).toHaveURL(/q=kvm-02/);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await page.goto(cluster);
  await page.getByRole("button", { name: en.pages.cluster.onlyWrong }).click();
  await expect(page).toHaveURL(/wrong=1/);
  await expect(rows).toHaveCount(3);
  await page.getByRole("button", { name: /^Why kvm-03/ }).click();
  await expect(page).toHaveURL(/why=nd_/);
  await page.reload();
  await expect(page.getByRole("button", { name: /^Why kvm-03/ })).toHaveAttribute("aria-expanded", "true");
  await expect(page.getByRole("button", { name: "Recheck" })).toBeVisible();
});

test("the theme is chosen once and stands in the first paint", async ({ page, seeded }) => {
  await page.goto(`${seeded.url}/settings`);
  await page.getByText(en.pages.settings.themes.dark, { exact: true }).click();
  await expect(page.locator("html")).toHaveClass("dark");
  const response = await page.goto(seeded.url);
  expect(await response?.text()).toMatch(/<html[^>]* class="dark"/);
  await page.goto(`${seeded.url}/settings`);
  await page.getByText(en.pages.settings.themes.system, { exact: true }).click();
  await page.reload();
  await expect(page.locator("html")).not.toHaveClass(/dark|light/);
});

test("what a node printed is shown as text, hidden characters as signs", async ({ page, seeded }) => {
  await page.goto(`${seeded.url}/tasks/${SEED.undone}`);
  await expect(page.getByText("‹ESC›[31mE: Unable to fetch‹U+202E› some archives")).toBeVisible();
  await expect(page.getByText(en.pages.task.undone)).toBeVisible();
  await page.goto(`${seeded.url}/tasks/${SEED.failed}`);
  await expect(page.getByText("1 step", { exact: true })).toBeVisible();
});

test("a task that ended while its page was on its way is shown as ended", { tag: "@P10" }, async ({ page, seeded }) => {
  const sql = connect(seeded.databaseUrl ?? "", 1);
  // Another process works on it: this panel leaves it alone, and hears nothing of its end.
  await sql`update tasks set state = 'running', ended_at = null, lease_owner = 'another',
    lease_until = now() + interval '1 hour' where id = ${SEED.done}`;
  await page.goto(`${seeded.url}/tasks`);
  // The stream is open by now, so nothing is asked for anew; the page is made, and the task ends before it is there.
  await page.route(
    (url) => url.pathname === `/tasks/${SEED.done}`,
    async (route) => {
      const response = await route.fetch();
      await sql`update tasks set state = 'done', ended_at = now() where id = ${SEED.done}`;
      await route.fulfill({ response });
    },
  );
  await page.locator(`a[href="/tasks/${SEED.done}"]`).first().click();
  await page.waitForURL(/\/tasks\/tk_/);
  const main = page.getByRole("main");
  await expect(main.getByText("Done", { exact: true }).first()).toBeVisible();
  await expect(main.getByText("Running", { exact: true })).toHaveCount(0);
  await sql.end();
});

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
  test("the main action is at most four presses away", async ({ page, seeded }) => {
    for (const [path, action] of [
      ["/", /^New cluster$/],
      [`/clusters/${SEED.cluster.id}`, /^Add nodes$/],
    ] as const) {
      await page.goto(`${seeded.url}${path}`);
      await page.keyboard.press("Tab");
      await expect(page.getByRole("link", { name: en.common.skip })).toBeFocused();
      await page.keyboard.press("Enter");
      await tabTo(page, action, 2);
    }
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

test("the wizard offers what this release can do, and says of the rest why not", { tag: ["@S06", "@S07"] }, async ({
  page,
  panel,
}) => {
  await page.goto(panel.url);
  await openWizard(page);
  await expect(page.getByRole("radio", { name: "LXD" })).toBeDisabled();
  await page.getByLabel(en.wizard.name.label).fill("alpha");
  await page.getByRole("button", { name: "Next: Storages" }).click();
  for (const kind of ["Ceph", "Network LVM", "NAS", "ZFS"]) {
    const tile = page.getByRole("button", { name: new RegExp(`^${kind} `) });
    await expect(tile).toHaveAttribute("aria-disabled", "true");
    await expect(tile).toContainText("Not available in this release");
    await tile.click({ force: true });
  }
  await expect(page.getByRole("button", { name: /^ZFS / })).toContainText(en.wizard.storages.onlyLxd);
  await expect(page.getByRole("button", { name: "Done" })).toHaveCount(0);
});

test("what was changed elsewhere is never overwritten unasked", { tag: "@S05" }, async ({ page, browser, panel }) => {
  await page.goto(panel.url);
  await openWizard(page);
  const elsewhere = await browser.newContext();
  await signInContext(elsewhere, panel);
  const other = await elsewhere.newPage();
  await other.goto(page.url());
  const name = other.getByLabel(en.wizard.name.label);
  await expect(other.locator("[data-live=live]")).toBeVisible();
  // This one hears nothing any more, as after a laptop's sleep.
  await other.route("**/api/{events,drafts,clusters}**", (route) => route.abort());
  await elsewhere.setOffline(true);
  await page.getByLabel(en.wizard.name.label).fill("first");
  await expect(page.getByText(en.wizard.saved)).toBeVisible();
  await elsewhere.setOffline(false);
  await name.fill("second");
  await expect(other.getByText(en.wizard.stale)).toBeVisible();
  await expect(name).toHaveValue("second");
  await other.unrouteAll();
  await other.getByRole("button", { name: en.wizard.staleTheirs }).click();
  await expect(name).toHaveValue("first");
  await name.fill("third");
  await expect(page.getByLabel(en.wizard.name.label)).toHaveValue("third");
  await elsewhere.close();
});
