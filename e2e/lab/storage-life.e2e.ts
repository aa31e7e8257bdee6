import { expect, type Page } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";
import { en } from "../../lib/messages/en.ts";
import { nodesDown } from "../support/nodes.ts";
import { row, test, toCluster } from "../support/situation.ts";
import { runPlan } from "../verbs/drives.ts";
import { addStorage, lookEnded, machine, next, requirement } from "../verbs/wizard.ts";

test.use({ scene: "joined-file" });
test.afterAll(nodesDown);

const LONG = { timeout: 300_000 };
const life = en.life;

const said = async (node: LabNode, script: string) => (await node.sh(script, { timeoutMs: 120_000 })).trim();
const tagsOf = (node: LabNode, vg: string) => said(node, `vgs --noheadings -o vg_tags ${vg}`);

async function toStorage(page: Page, name: string): Promise<void> {
  await toCluster(page);
  await page
    .getByRole("columnheader", { name: new RegExp(name) })
    .getByRole("link")
    .click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

async function openStorageForm(page: Page): Promise<void> {
  await toCluster(page);
  await page.getByRole("button", { name: en.pages.cluster.addStorage }).click();
}

async function removeStorage(page: Page, name: string): Promise<void> {
  await toStorage(page, name);
  await page.getByRole("link", { name: life.removal.open, exact: true }).click();
  await runPlan(page, life.removal.confirm, LONG);
}

/** The unused disks of a machine, offered for a storage. */
const disks = (page: Page, node: LabNode, storage: string) =>
  requirement(page, node.address, en.lvm.row.disks, storage);

/** The part of a storage's page that is about one node. */
const onNode = (page: Page, node: LabNode) =>
  page
    .locator("div")
    .filter({ has: page.getByRole("heading", { level: 3, name: node.name, exact: true }) })
    .last()
    .locator("xpath=../..");

test("a File storage joins a living cluster on every node, is refused where another has its place, and leaves without a trace", {
  tag: ["@P14", "@S08", "@S13", "@B01"],
}, async ({ situation: { page, hurt, other } }) => {
  await hurt.sh("mkdir -p /srv && ln -s /vm /srv/linked");
  await openStorageForm(page);
  await addStorage(page, { kind: "File", name: "more", fields: { "VM directory": "/srv/linked/inner" } });
  await next(page, "Nodes");
  for (const node of [hurt, other]) await lookEnded(page, node.address);
  await expect(requirement(page, hurt.address, en.join.row.collision, "more")).toContainText("/vm (files)");
  await page.getByRole("button", { name: /^Storages/ }).click();
  await page.getByRole("button", { name: "Edit more" }).click();
  await page.getByLabel("VM directory", { exact: true }).fill("/srv/more/vm");
  await next(page, "Nodes");
  for (const node of [hurt, other])
    await expect(machine(page, node.address).locator("[data-machine-state]")).toHaveAttribute(
      "data-machine-state",
      "ready",
      LONG,
    );
  await next(page, "Review");
  await runPlan(page, "Add the storage", LONG);
  for (const node of [hurt, other]) expect(await said(node, "cat /srv/more/vm/.spindle")).toContain('"storage":"st_');
  await toCluster(page);
  await expect(page.getByRole("columnheader", { name: /more/ })).toBeVisible();
  await expect(row(page, hurt).getByRole("cell").last()).toContainText(/GiB/, LONG);

  await removeStorage(page, "more");
  for (const node of [hurt, other]) expect(await said(node, "ls -A /srv")).not.toContain("more");
  await toCluster(page);
  await expect(page.getByRole("columnheader", { name: /more/ })).toHaveCount(0);
});

test("a group is made of a bare disk on every node, given another, freed of the first with data on it, and left as it is", {
  tag: ["@B04", "@P14", "@P15", "@S16", "@S17"],
}, async ({ situation: { page, hurt, other } }) => {
  // A disk that held something once is listed with it, and not offered.
  const marked = other.disk("disk4").path;
  await other.sh(["mkfs.ext4", "-q", "-F", marked]);
  await openStorageForm(page);
  await addStorage(page, { kind: "LVM", name: "bare", fields: { "Volume group for VMs": "vg9" } });
  await next(page, "Nodes");
  for (const node of [hurt, other]) {
    await lookEnded(page, node.address);
    const link = node.disk("disk5").path;
    await disks(page, node, "bare")
      .getByRole("button", { name: new RegExp(link) })
      .click(LONG);
    await expect(requirement(page, node.address, en.lvm.row.group, "bare")).toContainText(
      "vg9 will be made on the unused disk",
      LONG,
    );
  }
  await expect(disks(page, other, "bare").getByRole("button", { name: new RegExp(marked) })).toHaveCount(0);
  await expect(machine(page, other.address)).toContainText(/TYPE="ext4"|ext4/);
  await next(page, "Review");
  await runPlan(page, "Add the storage", LONG);
  for (const node of [hurt, other]) {
    expect(await tagsOf(node, "vg9")).toContain("spindle.storage=st_");
    expect(Number(await said(node, "vgs --noheadings --nosuffix --units m -o vg_mda_size vg9"))).toBeGreaterThan(15);
  }
  await toStorage(page, "bare");
  await expect(onNode(page, hurt)).toContainText("vg9", LONG);

  // Another disk, and data on the first.
  await onNode(page, hurt).getByRole("link", { name: en.parts.verb.add }).click();
  await page.getByRole("checkbox", { name: new RegExp(hurt.disk("disk4").path) }).check(LONG);
  await runPlan(page, "Add the disk", LONG);
  expect(await said(hurt, "vgs --noheadings -o pv_count vg9")).toBe("2");
  const first = hurt.disk("disk5").path;
  await hurt.sh(
    `lvcreate -y -qq -n data -L 100m vg9 ${first} && dd if=/dev/urandom of=/dev/vg9/data bs=1M count=100 oflag=direct status=none`,
    {
      timeoutMs: 120_000,
    },
  );
  const before = await said(hurt, "sha256sum /dev/vg9/data");
  await toStorage(page, "bare");
  await page.getByRole("button", { name: `Recheck bare on ${hurt.name}` }).click();
  await expect(onNode(page, hurt).getByRole("link", { name: /^Move everything off/ })).toBeVisible(LONG);
  await onNode(page, hurt)
    .getByRole("link", { name: /^Move everything off/ })
    .click();
  await page.getByRole("checkbox", { name: en.parts.andRemove }).check();
  await runPlan(page, en.parts.confirm.empty, LONG);
  expect(await said(hurt, "sha256sum /dev/vg9/data")).toBe(before);
  expect(await said(hurt, "vgs --noheadings -o pv_count vg9")).toBe("1");
  expect(await said(hurt, `blkid -p ${first} || echo none`)).toBe("none");

  // The storage goes; the group, and what is in it, stays.
  await removeStorage(page, "bare");
  for (const node of [hurt, other]) expect(await tagsOf(node, "vg9")).toBe("");
  expect(await said(hurt, "sha256sum /dev/vg9/data")).toBe(before);
});

test("a disk that gets something on it after it was chosen is left alone, and the task is undone", {
  tag: ["@B04", "@B02"],
}, async ({ situation: { page, hurt, other } }) => {
  await openStorageForm(page);
  await addStorage(page, { kind: "LVM", name: "late", fields: { "Volume group for VMs": "vg8" } });
  await next(page, "Nodes");
  for (const node of [hurt, other]) {
    await lookEnded(page, node.address);
    await disks(page, node, "late")
      .getByRole("button", { name: new RegExp(node.disk("disk5").path) })
      .click(LONG);
    await expect(requirement(page, node.address, en.lvm.row.group, "late")).toContainText(
      "vg8 will be made on the unused disk",
      LONG,
    );
  }
  await next(page, "Review");
  await other.sh(["mkfs.ext4", "-q", "-F", other.disk("disk5").path]);
  await page.getByRole("button", { name: "Add the storage" }).click();
  await expect(page.getByRole("alert")).toBeVisible(LONG);
  for (const node of [hurt, other]) expect(await said(node, "vgs --noheadings -o vg_name | tr -d ' '")).toBe("lvm0");
  expect(await said(other, `blkid -p -s TYPE -o value ${other.disk("disk5").path}`)).toBe("ext4");
});

test("a node that can't be reached keeps a storage from being removed, or its marks stay and are listed", {
  tag: ["@P14"],
}, async ({ situation: { page, hurt, other } }) => {
  await hurt.freeze();
  await toStorage(page, "group");
  await page.getByRole("link", { name: life.removal.open, exact: true }).click();
  await expect(page.getByRole("region", { name: life.removal.left })).toContainText(hurt.name, LONG);
  await expect(page.getByRole("button", { name: life.removal.confirm })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("checkbox", { name: life.removal.force }).check();
  await page.getByLabel("Type group to confirm").fill("group");
  await runPlan(page, life.removal.confirm, LONG);
  await hurt.thaw();
  expect(await tagsOf(other, "lvm0")).toBe("");
  expect(await tagsOf(hurt, "lvm0")).toContain("spindle.storage=");
});
