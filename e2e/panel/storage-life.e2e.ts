import { eq } from "drizzle-orm";
import type { Page } from "@playwright/test";
import * as schema from "../../lib/db/schema/index.ts";
import { en } from "../../lib/messages/en.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, SEEDED } from "../support/seed.ts";
import { clusterPlan, insertTask, withDatabase } from "../support/tasks.ts";
import { addStorage, next } from "../verbs/wizard.ts";

test.use({ panelOptions: SEEDED });

const life = en.life;
const fast = `/storages/${SEED.fast.id}`;
const main = `/storages/${SEED.main.id}`;

async function done(page: Page): Promise<void> {
  await page.waitForURL(/\/tasks\//);
  await expect(page.getByText("Done", { exact: true }).first()).toBeVisible({ timeout: 30_000 });
}

/** No drives on any storage: a storage with drives can't go. */
const withoutDrives = (panel: TestPanel) =>
  withDatabase(panel.databaseUrl, async (db) => void (await db.delete(schema.drives)));

/** The LVM storage is joined on the first node. */
const joinFast = (panel: TestPanel) =>
  withDatabase(panel.databaseUrl, async (db) => {
    const identity = { vgUuid: "UUID", pvUuids: "PV", imageFs: "", shareFs: "" };
    await db.insert(schema.nodeStorages).values({ nodeId: SEED.node.id, storageId: SEED.fast.id, identity });
  });

test("a storage that is switched off takes no new drives, is marked wherever it is listed, and is switched on again", {
  tag: ["@P14"],
}, async ({ page, panel }) => {
  await page.goto(panel.url + fast);
  await page.getByRole("button", { name: life.disable }).click();
  await page.getByRole("dialog").getByRole("button", { name: life.disableConfirm }).click();
  await expect(page.getByText(life.disabledText)).toBeVisible();
  await expect(page.getByRole("button", { name: en.join.main.make })).toHaveAccessibleDescription(
    "fast takes no new drives. Switch it on first.",
  );
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  await expect(page.getByRole("columnheader", { name: /fast/ })).toContainText(life.disabled);
  await page.goto(panel.url);
  await expect(page.getByRole("row").filter({ hasText: SEED.cluster.name })).toContainText(life.disabled);
  await page.goto(`${panel.url}/drives/new?storage=${SEED.fast.id}`);
  await page.getByLabel(en.drives.form.label, { exact: true }).fill("new");
  await page.getByLabel(en.drives.form.size, { exact: true }).fill("1");
  const create = page.getByRole("button", { name: "Create the drive" });
  await expect(create).toHaveAccessibleDescription("fast is switched off for new drives.");
  await expect(create).toHaveAttribute("aria-disabled", "true");
  await page.goto(panel.url + fast);
  await page.getByRole("button", { name: life.enable }).click();
  await expect(page.getByText(life.disabledText)).toHaveCount(0);
  await page.goto(`${panel.url}/audit`);
  await expect(page.getByRole("cell", { name: en.audit.action["storage-disable"] })).toBeVisible();
});

test("the main storage is never switched off nor removed, and says why", { tag: ["@P14", "@S09"] }, async ({
  page,
  panel,
}) => {
  await page.goto(panel.url + main);
  const off = page.getByRole("button", { name: life.disable });
  await expect(off).toHaveAttribute("aria-disabled", "true");
  await expect(off).toHaveAccessibleDescription(/ssd is the main storage/);
  const remove = page.getByRole("button", { name: life.removal.open, exact: true });
  await expect(remove).toHaveAccessibleDescription("ssd is the main storage. Make another one main first.");
  await page.goto(`${panel.url + main}/remove`);
  await expect(page.getByRole("button", { name: life.removal.confirm })).toHaveAccessibleDescription(
    "ssd is the main storage. Make another one main first.",
  );
});

test("a storage is renamed; a name that is taken is refused beside its field, and what can't be changed says why", {
  tag: ["@P14"],
}, async ({ page, panel }) => {
  await page.goto(panel.url + fast);
  await page.getByRole("link", { name: life.edit.open, exact: true }).click();
  const vg = page.getByLabel(en.lvm["vg-name"]);
  await expect(vg).toBeDisabled();
  await expect(vg).toHaveValue("lvm0");
  await expect(vg).toHaveAccessibleDescription(life.edit.fieldFixed);
  await expect(page.getByLabel(life.edit.kind, { exact: true })).toBeDisabled();
  const save = page.getByRole("button", { name: life.edit.save });
  await expect(save).toHaveAccessibleDescription(life.edit.same);
  const name = page.getByLabel(life.edit.name, { exact: true });
  await name.fill("SSD");
  await save.click();
  await expect(name).toHaveAccessibleDescription(/Another storage of this cluster is called SSD/);
  await name.fill("-odd");
  await save.click();
  await expect(name).toHaveAccessibleDescription(/begins and ends with a letter or digit/);
  await name.fill("nvme");
  await save.click();
  await expect(page.getByRole("heading", { level: 1, name: "nvme" })).toBeVisible();
});

test("wiping at deletion is a setting of LVM storages: changed beside the name, shown on the page, and in the audit log", {
  tag: ["@P14", "@S17"],
}, async ({ page, panel }) => {
  const shown = page.locator("dl > div").filter({ hasText: en.lvm.wipe });
  await page.goto(panel.url + fast);
  await expect(shown).toContainText("no");
  await page.getByRole("link", { name: life.edit.open, exact: true }).click();
  const wipe = page.getByRole("checkbox", { name: en.lvm.wipe });
  const save = page.getByRole("button", { name: life.edit.save });
  await expect(wipe).not.toBeChecked();
  await expect(wipe).toHaveAccessibleDescription(en.lvm["wipe-help"]);
  await wipe.check();
  await wipe.uncheck();
  await expect(save).toHaveAccessibleDescription(life.edit.same);
  await wipe.check();
  await save.click();
  await expect(page.getByRole("heading", { level: 1, name: "fast" })).toBeVisible();
  await expect(shown).toContainText("yes");
  await page.goto(`${panel.url + fast}/edit`);
  await expect(wipe).toBeChecked();
  await page.goto(`${panel.url}/audit`);
  await expect(page.getByRole("cell", { name: en.audit.action["storage-configure"] })).toBeVisible();
  await page.goto(`${panel.url + main}/edit`);
  await expect(page.getByLabel(life.edit.name, { exact: true })).toBeVisible();
  await expect(wipe).toHaveCount(0);
});

test("a look at a storage on nodes that nobody answers from is asked for by a click, on one node or on all", {
  tag: ["@P14"],
}, async ({ page, panel }) => {
  await page.goto(panel.url + fast);
  await page.getByRole("button", { name: life.recheckAll }).click();
  await expect(page.getByRole("button", { name: life.recheckAll })).toBeEnabled();
  await page.getByRole("button", { name: `Recheck fast on ${SEED.node.name}` }).click();
  await expect(page.getByText(life.notFollowed)).toHaveCount(0);
  await expect(page.getByText(en.live.recheck["not-followed"])).toHaveCount(0);
});

test("a storage with drives can't be removed, and says how many", { tag: ["@P14"] }, async ({ page, panel }) => {
  await page.goto(panel.url + fast);
  const remove = page.getByRole("button", { name: life.removal.open, exact: true });
  await expect(remove).toHaveAccessibleDescription("4 drives are on fast. Delete them first.");
});

test("nodes that can't be asked stand in the way of a removal; forced, what stays there is listed and the name typed", {
  tag: ["@P14", "@B01"],
}, async ({ page, panel }) => {
  await withoutDrives(panel);
  await joinFast(panel);
  await page.goto(panel.url + fast);
  await page.getByRole("link", { name: life.removal.open, exact: true }).click();
  const confirm = page.getByRole("button", { name: life.removal.confirm });
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByRole("region", { name: life.removal.left })).toContainText("spindle.storage=");
  await page.getByRole("checkbox", { name: life.removal.force }).check();
  const typed = page.getByLabel("Type fast to confirm");
  await typed.fill("slow");
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await typed.fill("fast");
  await confirm.click();
  await done(page);
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  await expect(page.getByRole("columnheader", { name: /ssd/ })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: /fast/ })).toHaveCount(0);
  await page.goto(`${panel.url}/audit`);
  await expect(page.getByRole("cell", { name: en.audit.action["storage-remove"] })).toBeVisible();
});

test("a cluster with drives can't be deleted and says how many; an empty one is, once its name was typed", {
  tag: ["@P14"],
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  await page.getByRole("link", { name: life.removal.clusterOpen, exact: true }).click();
  const confirm = page.getByRole("button", { name: life.removal.clusterConfirm });
  await expect(confirm).toHaveAccessibleDescription(/^\d+ drives are in fra-kvm\. Delete them first\.$/);
  await page.goto(`${panel.url}/clusters/${SEED.empty.id}`);
  await page.getByRole("link", { name: life.removal.clusterOpen, exact: true }).click();
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await page.getByLabel("Type ams-kvm to confirm").fill("ams-kvm");
  await confirm.click();
  await done(page);
  await page.goto(panel.url);
  await expect(page.getByRole("rowheader", { name: /fra-kvm/ })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: /ams-kvm/ })).toHaveCount(0);
});

test("a cluster with a task at work in it can't be deleted, and says so", { tag: ["@P14"] }, async ({
  page,
  panel,
}) => {
  const plan = clusterPlan("more", "df_none");
  await insertTask(panel.databaseUrl, { id: "tk_waits00000000", plan, state: "queued", clusterId: SEED.empty.id });
  await page.goto(`${panel.url}/clusters/${SEED.empty.id}/remove`);
  const confirm = page.getByRole("button", { name: life.removal.clusterConfirm });
  await expect(confirm).toHaveAccessibleDescription(/^1 task is at work in ams-kvm\./);
});

test("nodes that can't be reached stand in the way of their cluster's deletion; forced, what stays on each is listed and the name typed", {
  tag: ["@P14", "@B01"],
}, async ({ page, panel }) => {
  await withoutDrives(panel);
  await joinFast(panel);
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  await page.getByRole("link", { name: life.removal.clusterOpen, exact: true }).click();
  const confirm = page.getByRole("button", { name: life.removal.clusterConfirm });
  await expect(confirm).toHaveAccessibleDescription(/can’t be reached now/);
  const left = page.getByRole("region", { name: life.removal.left });
  await expect(left).toContainText("spindle.storage=");
  await expect(left.getByText(SEED.node.name, { exact: true }).first()).toBeVisible();
  await page.getByRole("checkbox", { name: life.removal.clusterForce }).check();
  const typed = page.getByLabel("Type fra-kvm to confirm");
  await typed.fill("fra");
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await typed.fill("fra-kvm");
  await expect(confirm).not.toHaveAttribute("aria-disabled", "true");
  await confirm.click();
  await done(page);
  await page.goto(panel.url);
  await expect(page.getByRole("rowheader", { name: /ams-kvm/ })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: /fra-kvm/ })).toHaveCount(0);
  await page.goto(`${panel.url}/audit`);
  await expect(page.getByRole("cell", { name: en.audit.action["cluster-remove"] })).toBeVisible();
  await expect(page.getByRole("cell", { name: en.audit.action["node-remove"] }).first()).toBeVisible();
});

test("a storage is added to a cluster that exists by the wizard's steps; what the others have is refused as there", {
  tag: ["@P14", "@S08", "@S12"],
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}/clusters/${SEED.empty.id}`);
  await page.getByRole("button", { name: en.pages.cluster.addStorage }).click();
  await expect(page.getByText(en.wizard.storages.there)).toBeVisible();
  const go = page.getByRole("button", { name: "Next: Nodes" });
  await go.click();
  await expect(page.getByText(en.join.rule["no-new-storage"])).toBeVisible();
  await addStorage(page, { kind: "File", name: "more", fields: { "VM directory": "/vm/inner" } });
  await expect(page.getByLabel("Images and backups")).toBeDisabled();
  await go.click();
  const dir = page.getByLabel("VM directory", { exact: true });
  await expect(dir).toHaveAccessibleDescription(/is used by the storage ssd/);
  await expect(dir).toBeFocused();
  await dir.fill("/srv/more");
  await page.getByLabel("Name", { exact: true }).focus();
  await expect(dir).not.toHaveAccessibleDescription(/is used by the storage/);
  await page.reload();
  await page.getByRole("button", { name: "Edit more" }).click();
  await expect(page.getByLabel("VM directory", { exact: true })).toHaveValue("/srv/more");
  await next(page, "Nodes");
  await expect(page.getByText(en.wizard.nodes.noMembers)).toBeVisible();
  await next(page, "Review");
  await page.getByRole("button", { name: "Add the storage" }).click();
  await done(page);
  await page.goto(panel.url);
  await expect(page.getByRole("row").filter({ hasText: "ams-kvm" }).getByRole("link", { name: "more" })).toBeVisible();
});

test("it joins on every node or on none: all are looked at, none can be left out or added", {
  tag: ["@P14"],
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  await page.getByRole("button", { name: en.pages.cluster.addStorage }).click();
  await addStorage(page, { kind: "File", name: "more", fields: { "VM directory": "/srv/more" } });
  await next(page, "Nodes");
  await expect(page.getByRole("article")).toHaveCount(3);
  for (const article of await page.getByRole("article").all())
    await expect(article.locator("[data-machine-state]")).toHaveAttribute("data-machine-state", "failed", {
      timeout: 30_000,
    });
  await expect(page.getByRole("button", { name: "Next: Review" })).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByRole("button", { name: en.wizard.nodes.leaveOut })).toHaveCount(0);
  await expect(page.getByRole("button", { name: en.wizard.nodes.add })).toHaveCount(0);
});

test("a PV that can't be emptied says why, and disks of a node that can't be asked are not guessed", {
  tag: ["@P15", "@B04"],
}, async ({ page, panel }) => {
  await joinFast(panel);
  await page.goto(panel.url + fast);
  const pvs = page.getByRole("table", { name: "Physical volumes of lvm0" }).first();
  await expect(pvs.getByRole("row").nth(1)).toContainText("/dev/sdc is the only PV that is there");
  await expect(pvs.getByRole("row").nth(2)).toContainText("nothing can be read from it");
  await page.getByRole("link", { name: en.parts.verb.add }).first().click();
  await expect(page.getByText(en.errors.secret.gone)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("checkbox")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Add a disk" })).toHaveAttribute("aria-disabled", "true");
});

test("a LUN that all nodes see is offered no way out, and an address that asks for one is told why", {
  tag: ["@P15"],
}, async ({ page, panel }) => {
  await joinFast(panel);
  await withDatabase(panel.databaseUrl, async (db) => {
    const config = { portals: "127.0.0.1", target: "iqn.2026-01.lab.host:san1", wwid: `3${"0".repeat(32)}` };
    const shared = { kind: "network-lvm" as const, config: { ...config, vgName: "lvm0" } };
    await db.update(schema.storages).set(shared).where(eq(schema.storages.id, SEED.fast.id));
  });
  await page.goto(panel.url + fast);
  const pvs = page.getByRole("table", { name: "Physical volumes of lvm0" }).first();
  await expect(pvs.getByRole("columnheader", { name: en.pages.storage.column.status })).toBeVisible();
  await expect(pvs.getByRole("columnheader", { name: en.pages.storage.column.action })).toHaveCount(0);
  await expect(page.getByRole("link", { name: en.parts.verb.add }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: en.parts.verb.grow }).first()).toBeVisible();
  await page.goto(`${panel.url + fast}/parts?do=empty&node=${SEED.node.id}&part=pv1`);
  await expect(page.getByText(`don’t offer this: ${en.parts.verb.empty}`)).toBeVisible();
  await expect(page.getByText(en["network-lvm"].parts["no-move"])).toBeVisible();
  await expect(page.getByRole("button", { name: en.parts.confirm.empty })).toHaveAttribute("aria-disabled", "true");
});

test("a storage that is gone meanwhile says so instead of a form", { tag: ["@P14"] }, async ({ page, panel }) => {
  await withoutDrives(panel);
  await page.goto(`${panel.url + fast}/edit`);
  await withDatabase(panel.databaseUrl, async (db) => {
    await db.delete(schema.storages).where(eq(schema.storages.id, SEED.fast.id));
  });
  await page.getByLabel(life.edit.name, { exact: true }).fill("nvme");
  await page.getByRole("button", { name: life.edit.save }).click();
  await expect(page.getByText(life.gone)).toBeVisible();
});
