import { en } from "../../lib/messages/en.ts";
import { get } from "../fixtures/http.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, SEEDED } from "../support/seed.ts";

test.use({ panelOptions: SEEDED });

test("drives stand in the address filtered and sorted, in natural order, with both figures and their age", {
  tag: ["@S01", "@S02", "@S03", "@P13"],
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}/drives`);
  const labels = page.getByRole("rowheader");
  await expect(labels).toHaveText(["lost", "mail", "web-1", "web-2", "web-10"]);
  const mail = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "mail" }) });
  await expect(mail).toContainText("Qcow2");
  await expect(mail).toContainText("100 GiB");
  await expect(mail).toContainText("7.00 GiB");
  await expect(mail).toContainText(/old/);
  await page.getByRole("button", { name: "Sort by Size" }).click();
  await expect(page).toHaveURL(/sort=size/);
  await expect(labels).toHaveText(["lost", "web-2", "web-1", "web-10", "mail"]);
  await page.getByRole("button", { name: "Sort by Size" }).click();
  await page.reload();
  await expect(labels).toHaveText(["mail", "web-10", "web-1", "web-2", "lost"]);
  await page.getByLabel(en.drives.stateFilter, { exact: true }).selectOption("missing");
  await expect(labels).toHaveText(["lost"]);
  await page.getByLabel(en.drives.stateFilter, { exact: true }).selectOption("");
  await page.getByLabel(en.drives.filter).fill("web");
  await expect(labels).toHaveCount(3);
  await expect(page).toHaveURL(/q=web/);
});

test("what can't be done says why, and many at once are refused with the first reason", { tag: ["@P04"] }, async ({
  page,
  panel,
}) => {
  await page.goto(`${panel.url}/drives/${SEED.drive.id}`);
  const remove = page.getByRole("button", { name: "Delete", exact: true });
  await expect(remove).toHaveAttribute("aria-disabled", "true");
  await expect(remove).toHaveAccessibleDescription("web-1 is protected from deletion.");
  await page.goto(`${panel.url}/drives`);
  await page.getByRole("checkbox", { name: en.drives.selectAll }).check();
  await expect(page.getByRole("region", { name: "5 drives selected" })).toContainText("web-1 is protected");
  await page.goto(`${panel.url}/drives/${SEED.drive.id}`);
  await page.getByRole("button", { name: en.drives.verb.unprotect }).click();
  await expect(remove).toHaveAccessibleDescription("web-1 is in use on its node.");
});

test("a format that a storage does not hold can't be chosen, and the server refuses it in words", {
  tag: ["@S04"],
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}/drives/new?storage=${SEED.fast.id}`);
  await expect(page.getByRole("radio", { name: "Qcow2" })).toBeDisabled();
  await expect(page.getByRole("radio", { name: "RAW" })).toBeChecked();
  await expect(page.getByText("LVM storages hold RAW drives only.")).toBeVisible();
  await page.getByLabel(en.drives.form.storage, { exact: true }).selectOption(SEED.main.id);
  await expect(page.getByRole("radio", { name: "RAW" })).toBeDisabled();
  await expect(page.getByText("File storages hold Qcow2 drives only.")).toBeVisible();
  const request = {
    ...{ verb: "create", key: "abcdefghijklmnopqrst", storageId: SEED.fast.id, nodeId: null, format: "qcow2" },
    ...{ size: 1024 ** 3, labels: ["x"] },
  };
  const input = encodeURIComponent(JSON.stringify(request));
  const answer = await get(panel, `/api/drives/plan?input=${input}`, { cookie: await panel.signIn() });
  expect(answer.body).toMatchObject({ plan: null, problems: { format: { values: { allowed: "raw" } } } });
});

test("volumes that are no drive of the panel are listed on their storage, as text", { tag: ["@B03"] }, async ({
  page,
  panel,
}) => {
  await page.goto(`${panel.url}/storages/${SEED.fast.id}`);
  const table = page.getByRole("table", { name: en.drives.storage.unknown });
  await expect(table.getByRole("rowheader")).toHaveText(["old‹U+202E›data"]);
  await expect(page.getByRole("table", { name: en.drives.storage.title }).getByRole("rowheader")).toHaveCount(4);
});
