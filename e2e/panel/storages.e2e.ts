import { expect, test } from "../fixtures/test.ts";
import { addStorage, next, openWizard } from "../verbs/wizard.ts";

test.beforeEach(async ({ page, panel }) => {
  await page.goto(panel.url);
  await openWizard(page);
  await page.getByLabel("Cluster name").fill("alpha");
  await next(page, "Storages");
});

/** What the second storage of a kind may not name beside the first, and the field that says so. */
const REFUSED = [
  {
    kind: "File",
    field: "VM directory",
    first: "/srv/vm",
    second: "/srv/vm",
    says: "/srv/vm is used by the storage one",
  },
  {
    kind: "File",
    field: "VM directory",
    first: "/srv/vm",
    second: "/srv/vm/b",
    says: "/srv/vm/b is used by the storage one",
  },
  {
    kind: "File",
    field: "VM directory",
    first: "/srv/vm/a",
    second: "/srv/vm",
    says: "/srv/vm is used by the storage one",
  },
  { kind: "File", field: "VM directory", first: "/srv/vm", second: "/image/vm", says: "the same directory as /image" },
  { kind: "LVM", field: "Volume group for VMs", first: "vg1", second: "vg1", says: "vg1 is used by the storage one" },
] as const;

for (const { kind, field, first, second, says } of REFUSED) {
  test(`${kind}: ${second} beside ${first} is refused beside its field, and the wizard stays`, { tag: "@S08" }, async ({
    page,
  }) => {
    await addStorage(page, { kind, name: "one", fields: { [field]: first } });
    await addStorage(page, { kind, name: "two", fields: { [field]: second } });
    const typed = page.getByLabel(field, { exact: true });
    await page.getByLabel("Name", { exact: true }).focus();
    await expect(typed).toHaveAccessibleDescription(new RegExp(says));
    await page.getByRole("button", { name: "Next: Main storage" }).click();
    await expect(typed).toBeFocused();
    await expect(page.locator('[aria-current="step"]')).toContainText("Storages");
    await typed.fill(kind === "File" ? "/srv/other" : "other");
    await next(page, "Main storage");
  });
}

test("the directories of images and of operating systems stand in every storage's form and are the same in all", {
  tag: ["@S08", "@S12", "@S15"],
}, async ({ page }) => {
  const dirs = { images: page.getByLabel("Images and backups"), systems: page.getByLabel("Operating systems") };
  await addStorage(page, { kind: "File", name: "one" });
  await expect(dirs.images).toHaveValue("/image");
  await expect(dirs.systems).toHaveValue("/share");
  await dirs.images.fill("/srv/images");
  await addStorage(page, { kind: "LVM", name: "two" });
  await expect(dirs.images).toHaveValue("/srv/images");
  await dirs.systems.fill("/srv/systems");
  await page.getByRole("button", { name: "Edit one" }).click();
  await expect(page.getByLabel("VM directory")).toBeVisible();
  await expect(dirs.images).toHaveValue("/srv/images");
  await expect(dirs.systems).toHaveValue("/srv/systems");
});
