import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { en } from "../../lib/messages/en.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, seeded } from "../support/seed.ts";

const t = en.search;

test.use({ panelOptions: seeded({ nodes: 12 }) });

const box = (page: Page) => page.getByRole("combobox", { name: t.label });
const options = (page: Page) => page.getByRole("dialog").getByRole("option");

test("Ctrl-K finds clusters, nodes, storages and tasks, in natural order, and opens one, by keyboard alone", {
  tag: "@P13",
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}/tasks`);
  await expect(page.locator("[data-live=live]")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+k");
  await expect(box(page)).toBeFocused();
  await page.keyboard.type("kvm-0");
  await expect(options(page).first()).toHaveText(/kvm-01/);
  const drives = ["lost", "mail", "web-1", "web-2", "web-10"].map(
    (label) => new RegExp(`^${label}fra-kvm · .* · kvm-01`),
  );
  await expect(options(page)).toHaveText([
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => new RegExp(`^kvm-0${n}fra-kvm · `)),
    ...drives,
  ]);
  await expect(options(page).first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  const second = options(page).nth(1);
  await expect(second).toHaveAttribute("aria-selected", "true");
  await expect(box(page)).toHaveAttribute("aria-activedescendant", (await second.getAttribute("id")) ?? "");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(options(page).last()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/drives\/dr_seed0000000002$/);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  for (const [typed, address] of [
    ["fra-kvm kvm", `/clusters/${SEED.cluster.id}`],
    ["fast", `/storages/${SEED.fast.id}`],
    ["web-10", "/drives/dr_seed0000000002"],
    [SEED.drive.id, `/drives/${SEED.drive.id}`],
    ["drives", "/drives$"],
    ["new driv", "/drives/new"],
    ["127.9.0.13", "/nodes/nd_seed0000000012"],
    [SEED.undone, `/tasks/${SEED.undone}`],
    ["sett", "/settings"],
    ["new clus", "/clusters/new/df_"],
    ["add nodes ams", `/clusters/${SEED.empty.id}/join/df_`],
  ] as const) {
    await page.keyboard.press("ControlOrMeta+k");
    await box(page).fill(typed);
    await expect(page.getByRole("dialog").getByRole("status")).toHaveText(/\d+ results?/);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(address.replaceAll(".", "\\.")));
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
});

test("the search closes as it opened, and the focus is where it was", { tag: "@P13" }, async ({ page, panel }) => {
  await page.goto(`${panel.url}/tasks`);
  const filter = page.getByRole("searchbox", { name: en.pages.tasks.filterText });
  await filter.focus();
  await page.keyboard.press("ControlOrMeta+k");
  await expect(box(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(filter).toBeFocused();
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.press("ControlOrMeta+k");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(filter).toBeFocused();
});

test("nothing found is said, and a panel that does not answer too", { tag: "@P13" }, async ({ page, panel, guard }) => {
  guard.allow(/ERR_FAILED/);
  await page.goto(panel.url);
  await page.getByRole("button", { name: t.open }).click();
  await box(page).fill("nothing is called so");
  await expect(page.getByText(t.none)).toBeVisible();
  await expect(page.getByRole("dialog").getByRole("status")).toHaveText("Nothing found");
  await page.route("**/api/search*", (route) => route.abort());
  await box(page).fill("kvm");
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText(en.common.panelUnreachable);
});

test("clusters are sorted by their heads, the order stands in the address and stays", { tag: "@P13" }, async ({
  page,
  panel,
}) => {
  await page.goto(panel.url);
  const names = page.getByRole("rowheader");
  await expect(names).toHaveText([/ams-kvm/, /fra-kvm/]);
  await page.getByRole("button", { name: en.pages.overview.column.nodes }).click();
  await expect(names).toHaveText([/fra-kvm/, /ams-kvm/]);
  await expect(page).toHaveURL(/sort=nodes/);
  await page.reload();
  await expect(names).toHaveText([/fra-kvm/, /ams-kvm/]);
  const head = page.getByRole("columnheader", { name: en.pages.overview.column.nodes });
  await expect(head).toHaveAttribute("aria-sort", "descending");
  // A phone has no heads: the order is chosen from a list.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByLabel(en.common.sort).selectOption("-name");
  await expect(page).toHaveURL(/sort=-name/);
  await expect(names).toHaveText([/fra-kvm/, /ams-kvm/]);
  await page.getByLabel(en.common.sort).selectOption("name");
  await expect(names).toHaveText([/ams-kvm/, /fra-kvm/]);
});

for (const [colorScheme, width] of [
  ["light", 1350],
  ["dark", 390],
] as const) {
  test.describe(`${colorScheme}, ${width} px`, () => {
    test.use({ colorScheme, viewport: { width, height: 844 } });
    test("the search is sound for eyes, hands and screen readers", { tag: "@P13" }, async ({ page, panel }) => {
      await page.goto(panel.url);
      await page.getByRole("button", { name: t.open }).click();
      await expect(options(page).first()).toBeVisible();
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      await box(page).fill("kvm");
      await expect(page.getByRole("group", { name: t.group.node })).toBeVisible();
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(sideways).toBeLessThanOrEqual(0);
      await options(page).filter({ hasText: "kvm-03" }).click();
      await expect(page).toHaveURL(/nd_seed0000000003/);
    });
  });
}
