import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { en } from "../../lib/messages/en.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, SEEDED } from "../support/seed.ts";

const t = en.capacity;

test.use({ panelOptions: SEEDED });

const growth = (page: Page) => page.locator("section").filter({ has: page.getByRole("heading", { name: t.title }) });
const storage = `/storages/${SEED.main.id}?node=${SEED.node.id}`;

test("a storage's page draws how it filled, says it in words, and the day it is full with what that rests on", {
  tag: "@P09",
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}${storage}`);
  const chart = growth(page).getByRole("img");
  await expect(chart).toHaveAttribute("aria-label", /^ssd, kvm-01: Grew .* GiB in 6.d.*, 37.% now\.$/);
  await expect(chart.locator("canvas")).toBeVisible();
  await expect(growth(page)).toContainText(
    /Full on \w+ \d+, \d{4}, from growth of 8\.\d+ GiB a day over the last 12 days\./,
  );
  // The line is really there: the canvas holds its colour.
  const inked = await chart.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, index) => index % 4 === 3 && value > 0).length;
  });
  expect(inked).toBeGreaterThan(500);
  await chart.hover();
  await expect(growth(page).getByText(/used \d+ GiB \(3\d.%\) · allocated/)).toBeVisible();
});

test("range and node stand in the address, and a reload shows the same", { tag: "@P09" }, async ({ page, panel }) => {
  await page.goto(`${panel.url}/storages/${SEED.main.id}`);
  // The fullest node first: it has no history.
  await expect(growth(page)).toContainText(t.none);
  await expect(growth(page)).toContainText(t.noForecast);
  await growth(page).getByLabel(t.node).selectOption(SEED.node.name);
  await expect(growth(page)).toContainText(/Grew/);
  for (const [range, words] of [
    ["day", /Grew .* in 2.h 5\d.min/],
    ["quarter", /Grew .* in 1[12].d/],
    ["years", /Grew .* in 1[12].d/],
  ] as const) {
    await growth(page).getByText(t.ranges[range], { exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`range=${range}`));
    await expect(growth(page)).toContainText(words);
  }
  await page.reload();
  await expect(growth(page)).toContainText(/Grew .* in 1[12].d/);
  await expect(growth(page).getByRole("radio", { name: t.ranges.years })).toBeChecked();
});

test("a history that can't be read says so and is tried again", { tag: "@P09" }, async ({ page, panel, guard }) => {
  guard.allow(/ERR_FAILED/);
  await page.route("**/api/storages/*/usage*", (route) => route.abort());
  await page.goto(`${panel.url}${storage}`);
  await expect(growth(page).getByRole("alert")).toBeVisible({ timeout: 20_000 });
  await page.unrouteAll();
  await growth(page).getByRole("button", { name: en.common.retry }).click();
  await expect(growth(page)).toContainText(/Grew/);
});

test("from which share on a storage warns is set on its page, refused beside the field, and colours the bars at once", {
  tag: "@P09",
}, async ({ page, context, panel }) => {
  await page.goto(`${panel.url}${storage}`);
  const other = await context.newPage();
  await other.goto(`${panel.url}/storages/${SEED.main.id}`);
  await expect(other.locator("[data-live=live]")).toBeVisible();
  await expect(other.getByText("80 %, critical from 90 %")).toBeVisible();
  await page.getByRole("button", { name: t.thresholdsEditLabel }).click();
  await page.getByLabel(t.warning).fill("35");
  await page.getByLabel(t.critical).fill("20");
  await page.getByRole("button", { name: t.save }).click();
  await expect(page.getByLabel(t.critical)).toHaveAccessibleDescription(t.field.order);
  await page.getByLabel(t.critical).fill("half");
  await page.getByRole("button", { name: t.save }).click();
  await expect(page.getByLabel(t.critical)).toHaveAccessibleDescription(t.field.critical);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.getByLabel(t.critical).fill("40");
  await page.getByRole("button", { name: t.save }).click();
  await expect(page.getByText("35 %, critical from 40 %")).toBeVisible();
  // Whoever else looks at it sees it without a reload.
  await expect(other.getByText("35 %, critical from 40 %")).toBeVisible();
  await expect(
    other
      .getByRole("img", { name: /ssd, kvm-01/ })
      .first()
      .locator(".bg-warn-mark"),
  ).toHaveCount(1);
  await expect(
    other
      .getByRole("img", { name: /ssd, kvm-03/ })
      .first()
      .locator(".bg-bad-mark"),
  ).toHaveCount(1);
});
