import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { connect } from "../../lib/db/client.ts";
import { en } from "../../lib/messages/en.ts";
import { actionNamed, callAction } from "../fixtures/actions.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, SEEDED } from "../support/seed.ts";

const t = en.node;

test.use({ panelOptions: SEEDED });

const section = (page: Page, title: string): Locator =>
  page.locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

const node = `/nodes/${SEED.node.id}`;

test("maintenance says before what is active there, keeps new drives away, and is left again; the history tells it", {
  tag: ["@P03"],
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}${node}`);
  await page.getByRole("button", { name: t.verb.maintenance }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("1 drive is active here: web-1.");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await dialog.getByRole("button", { name: t.verb.maintenance }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: t.verb["in-service"] })).toBeVisible();
  await expect(section(page, en.pages.node.history).getByRole("listitem").first()).toContainText(t.deed.maintenance);

  await page.goto(`${panel.url}/drives/new?storage=${SEED.fast.id}`);
  const option = page.getByLabel(en.drives.form.node, { exact: true }).locator("option", { hasText: SEED.node.name });
  await expect(option).toHaveText(/kvm-01 · kvm-01 is in maintenance\./);
  await expect(option).toBeDisabled();

  await page.goto(`${panel.url}${node}`);
  await page.getByRole("button", { name: t.verb["in-service"] }).click();
  await page.getByRole("dialog").getByRole("button", { name: t.verb["in-service"] }).click();
  await expect(page.getByRole("button", { name: t.verb.maintenance })).toBeVisible();
});

test("a node is renamed; a name that is taken, one that is none, and an address where nobody answers are refused at their field", {
  tag: ["@P03"],
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}${node}`);
  await page.getByRole("link", { name: t.verb.edit, exact: true }).click();
  const save = page.getByRole("button", { name: t.edit.save });
  const name = page.getByLabel(t.edit.name, { exact: true });
  await name.fill("KVM-02");
  await save.click();
  await expect(name).toHaveAccessibleDescription(/Another node is called KVM-02/);
  await name.fill("-rf\u202e");
  await save.click();
  await expect(name).toHaveAccessibleDescription(new RegExp(t.field.name.slice(0, 30)));
  await name.fill("kvm one");
  const port = page.getByLabel(t.edit.port, { exact: true });
  await port.fill("0");
  await save.click();
  await expect(port).toHaveAttribute("aria-invalid", "true");
  await port.fill("2");
  await save.click();
  const address = page.getByLabel(t.edit.address, { exact: true });
  await expect(address).toHaveAttribute("aria-invalid", "true");
  await port.fill("1");
  await save.click();
  await expect(page.getByRole("heading", { level: 1, name: "kvm one" })).toBeVisible();
  await expect(section(page, en.pages.node.history)).toContainText("Renamed from kvm-01 to kvm one");
});

test("removing a node with drives that can't be reached is refused in words, and by force says what stays and goes", {
  tag: ["@P03", "@P10", "@B01"],
}, async ({ page, panel }) => {
  const sql = connect(panel.databaseUrl ?? "", 1);
  const identity = { marker: "{}", vmFs: "", imageFs: "", shareFs: "" };
  await sql`insert into node_storages values (${SEED.node.id}, ${SEED.main.id}, ${sql.json(identity)})`;
  await page.goto(`${panel.url}${node}`);
  await page.getByRole("link", { name: t.verb.remove, exact: true }).click();
  const confirm = page.getByRole("button", { name: t.remove.confirm });
  await expect(page.getByText(/5 drives are on kvm-01/).first()).toBeVisible();
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await page.getByLabel(t.remove.force).check();
  const left = page.getByText(t.remove.left).locator("..");
  await expect(left.getByRole("listitem").first()).toContainText(/^The drive lost is forgotten.* stays on the node/);
  await expect(left).toContainText("authorized_keys of root");
  await expect(left).toContainText("/vm/.spindle");
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await expect(confirm).toHaveAccessibleDescription("Type kvm-01 to confirm");
  await page.getByLabel("Type kvm-01 to confirm").fill("kvm-01");
  await confirm.click();
  await page.waitForURL(/\/tasks\//);
  await expect(page.getByText("Done", { exact: true }).first()).toBeVisible();
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  await expect(page.getByRole("rowheader", { name: "kvm-02" })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: "kvm-01" })).toHaveCount(0);
  expect(await sql`select 1 from drives`).toHaveLength(0);
  expect(await sql`select 1 from audit where action = 'node.remove' and entity_id = ${SEED.node.id}`).toHaveLength(1);
  await sql.end();
});

test("the server refuses what the page keeps back: a removal that was not shown, and a key nobody compared", {
  tag: ["@P03"],
}, async ({ panel }) => {
  const cookie = await panel.signIn();
  const call = async (name: string, input: unknown) =>
    (await callAction(panel, await actionNamed(name), input, { cookie })).result;
  const nodeId = SEED.node.id;
  const removal = { nodeId, isForced: true, digest: "0".repeat(64), typed: SEED.node.name };
  expect(await call("confirmNodeRemoval", removal)).toMatchObject({ ok: false, error: { code: "stale" } });
  const gently = await call("confirmNodeRemoval", { ...removal, isForced: false });
  expect(gently).toMatchObject({ ok: false, error: { code: "conflict" } });
  const key = await call("acceptNodeHostKey", { nodeId, fingerprint: "SHA256:x" });
  expect(key).toMatchObject({ ok: false, error: { code: "invalid-input" } });
  expect(await call("planNodeKey", { nodeId })).toMatchObject({ ok: false, error: { code: "conflict" } });
});

test("a disk that fails is a warning on the overview and on its node's row, in words, also while the node is not heard", {
  tag: ["@P03"],
}, async ({ page, panel }) => {
  const words = "The disk nvme0n1 says of itself that it is failing.";
  await page.goto(panel.url);
  const need = page.getByRole("listitem").filter({ hasText: "A disk of kvm-01 is failing" });
  await expect(need).toContainText(words);
  await need.getByRole("link", { name: en.pages.needs.openNode }).click();
  await expect(page.getByText(words)).toBeVisible();
  await expect(section(page, t.disks.title)).toContainText("nvme0n1");
  await page.goto(`${panel.url}/clusters/${SEED.cluster.id}`);
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "kvm-01" }) });
  await row.getByRole("button", { name: /^Why/ }).click();
  await expect(page.locator('tr[id^="why-"]')).toContainText(words);
});

test("a node's disks are listed with what they say of themselves, its age, and nothing made up", {
  tag: ["@P03"],
}, async ({ page, panel }) => {
  await page.goto(`${panel.url}${node}`);
  const disks = section(page, t.disks.title);
  // What lies on a disk is a list within its line.
  const line = (name: string) =>
    disks
      .getByRole("listitem")
      .filter({ hasText: new RegExp(`^${name}`) })
      .first();
  await expect(line("sda")).toContainText("ata-ST4000_Z1D4");
  await expect(line("sda")).toContainText("ST4000‹U+202E›");
  await expect(line("sda")).toContainText(/passed.*34 °C.*0 sectors reallocated.*0 sectors pending.*21,504 h/);
  await expect(line("sda")).toContainText("sda1 (part, ext4) on /, /home");
  await expect(line("nvme0n1")).toContainText(/failing.*8 sectors reallocated.*3 media errors.*104/);
  await expect(line("vda")).toContainText(/unknown.*It has no SMART\./);
  await expect(line("vda")).not.toContainText("°C");
  await expect(disks.locator("time")).toHaveAttribute("title", /\d{4}/);

  const other = "/nodes/nd_seed0000000002";
  await page.goto(`${panel.url}${other}`);
  await expect(section(page, t.disks.title)).toContainText(t.disks.coming);
});
