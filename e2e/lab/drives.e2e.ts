import { expect, type Locator, type Page } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";
import { en } from "../../lib/messages/en.ts";
import { nodesDown } from "../support/nodes.ts";
import { test } from "../support/situation.ts";
import { LONG, openNewDrive, runPlan } from "../verbs/drives.ts";

test.use({ scene: "joined-lvm" });
test.afterAll(nodesDown);

const MIB = 1024 ** 2;

const lvs = async (node: LabNode, fields: string) =>
  (await node.sh(["lvs", "--noheadings", "--nosuffix", "--units", "b", "-o", fields, "lvm0"])).trim();

async function openDrive(page: Page, label: string): Promise<void> {
  await page.getByRole("link", { name: "Drives", exact: true }).first().click();
  await page.getByRole("rowheader", { name: label }).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: label })).toBeVisible();
}

const fact = (page: Page, word: string): Locator =>
  page
    .locator("dl > div")
    .filter({ has: page.locator("dt", { hasText: new RegExp(`^${word}$`) }) })
    .locator("dd");

async function idOf(page: Page): Promise<string> {
  return (await fact(page, en.drives.id).textContent())?.trim() ?? "";
}

test("an LV is made zeroed, shown with the node's own figures, grown, renamed, protected and deleted", {
  tag: ["@S01", "@S02", "@S10", "@S17", "@P04", "@B01"],
}, async ({ situation: { page, hurt: node } }) => {
  // Something old lies on the whole of the free space.
  await node.sh(
    "lvcreate -y -qq -n old -L 512m lvm0; tr '\\0' x </dev/zero | dd of=/dev/lvm0/old bs=1M oflag=direct iflag=fullblock status=none; lvremove -y -qq lvm0/old",
    { timeoutMs: 300_000 },
  );
  const before = await node.sh("vgs --noheadings --nosuffix --units b -o vg_free lvm0");
  await openNewDrive(page, { storage: "group", label: "web", mib: 63, node });
  const shown = page.getByText(/lvcreate --devices/);
  await expect(shown).toContainText("-L 67108864b", LONG);
  await runPlan(page, "Create the drive");

  await openDrive(page, "web");
  await expect(fact(page, en.drives.column.size)).toHaveText("64.0 MiB");
  await expect(fact(page, en.drives.column.used)).toContainText("64.0", LONG);
  const id = await idOf(page);
  expect(await lvs(node, "lv_name,lv_size")).toMatch(new RegExp(`^${id}\\s+${64 * MIB}$`));
  const zeros = (bytes: number) =>
    node.sh(`lvchange -ay lvm0/${id} && cmp -n ${bytes} /dev/lvm0/${id} /dev/zero && lvchange -an lvm0/${id}`);
  await zeros(64 * MIB);

  await page.getByRole("link", { name: en.drives.verb.grow }).click();
  await page.getByLabel(en.drives.form.newSize).fill("32");
  await expect(page.getByText("Drives can grow, never shrink.")).toBeVisible();
  await page.getByLabel(en.drives.form.newSize).fill("128");
  await runPlan(page, "Grow the drive");
  await zeros(128 * MIB);
  expect(await lvs(node, "lv_size")).toBe(String(128 * MIB));

  await openDrive(page, "web");
  await page.getByRole("link", { name: en.drives.verb.rename }).click();
  await page.getByLabel(en.drives.form.label, { exact: true }).fill("web ü");
  await runPlan(page, "Rename the drive");
  expect(await lvs(node, "lv_name")).toBe(id);
  expect(await lvs(node, "lv_tags")).toContain("spindle.label=web:20:c3:bc");

  await openDrive(page, "web ü");
  await page.getByRole("button", { name: en.drives.verb.protect, exact: true }).click();
  const remove = page.getByRole("button", { name: "Delete", exact: true });
  await expect(remove).toHaveAccessibleDescription("web ü is protected from deletion.");
  await page.getByRole("button", { name: en.drives.verb.unprotect }).click();

  await page.getByRole("link", { name: en.drives.verb.activate }).click();
  await runPlan(page, "Activate the drive");
  await node.sh(`exec 9</dev/lvm0/${id}; setsid sleep 3600 >/dev/null 2>&1 </dev/null & echo $! >/run/holder`);
  await page.goto(`/drives/change?do=delete&ids=${id}`);
  await expect(page.getByText("web ü is in use on its node.").first()).toBeVisible(LONG);
  await node.sh("kill $(cat /run/holder)");
  await page.reload();
  await page.getByLabel("Type web ü to confirm").fill("web ü");
  await runPlan(page, "Delete the drive");
  expect(await lvs(node, "lv_name")).toBe("");
  expect(await node.sh("vgs --noheadings --nosuffix --units b -o vg_free lvm0")).toBe(before);
});

test("a Qcow2 drive takes what is written, both figures are the node's own, and one that is open is not deleted", {
  tag: ["@S01", "@S03", "@P04"],
}, async ({ situation: { page, hurt: node } }) => {
  await openNewDrive(page, { storage: "files", label: "mail", mib: 256, node });
  await runPlan(page, "Create the drive");
  await openDrive(page, "mail");
  const id = await idOf(page);
  const image = `/vm/${id}.qcow2`;
  const info = async () =>
    JSON.parse(await node.sh(["qemu-img", "info", "-U", "-f", "qcow2", "--output=json", image])) as {
      "virtual-size": number;
      "actual-size": number;
    };
  expect((await info())["virtual-size"]).toBe(256 * MIB);
  await node.sh(["qemu-io", "-f", "qcow2", "-c", "write 0 64M", image], { timeoutMs: 120_000 });
  await expect(fact(page, en.drives.column.used)).toContainText(/^64\.\d \/ 256 MiB$/, LONG);
  expect((await info())["actual-size"]).toBeGreaterThan(64 * MIB);

  await node.sh(`exec 9<${image}; setsid sleep 3600 >/dev/null 2>&1 </dev/null & echo $! >/run/holder`);
  await page.getByRole("link", { name: "Delete", exact: true }).click();
  await page.getByLabel("Type mail to confirm").fill("mail");
  await page.getByRole("button", { name: "Delete the drive" }).click();
  await page.waitForURL(/\/tasks\//, LONG);
  await expect(page.getByText("mail is in use on the node.").first()).toBeVisible(LONG);
  // Until it has ended, the drive is that task's.
  await expect(page.getByRole("main").getByText("Undone", { exact: true }).first()).toBeVisible(LONG);
  await node.sh(["test", "-e", image]);
  await node.sh("kill $(cat /run/holder)");

  await openDrive(page, "mail");
  await page.getByRole("link", { name: "Delete", exact: true }).click();
  await page.getByLabel("Type mail to confirm").fill("mail");
  await runPlan(page, "Delete the drive");
  await node.sh(`[ ! -e ${image} ] && [ ! -e /vm/${id}.json ]`);
});

test("several drives are made at once over the nodes, and a stranger's volume is listed and left alone", {
  tag: ["@P04", "@P06", "@B03"],
}, async ({ situation: { page, hurt, other } }) => {
  await openNewDrive(page, { storage: "group", label: "db", mib: 16 });
  await page.getByLabel(en.drives.form.count).fill("4");
  await runPlan(page, "Create 4 drives");
  const [here, there] = await Promise.all([hurt, other].map((node) => lvs(node, "lv_name")));
  const made = `${here}\n${there}`.split("\n").filter((name) => name.trim().startsWith("dr_"));
  expect(made).toHaveLength(4);
  await hurt.sh("lvcreate -y -qq -n stranger -L 32m lvm0");
  await page.getByRole("link", { name: "Drives", exact: true }).first().click();
  await page.getByRole("rowheader", { name: "db-1" }).waitFor();
  await page.getByRole("checkbox", { name: en.drives.selectAll }).check();
  await page.getByRole("link", { name: "Delete", exact: true }).click();
  await page.getByLabel("Type alpha to confirm").fill("alpha");
  await runPlan(page, "Delete 4 drives");
  expect(await lvs(hurt, "lv_name")).toBe("stranger");
  await page.goto("/");
  await page.getByRole("link", { name: "group" }).first().click();
  await expect(page.getByRole("table", { name: en.drives.storage.unknown }).getByRole("rowheader")).toHaveText(
    ["stranger"],
    LONG,
  );
});
