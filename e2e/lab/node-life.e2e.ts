import { expect, type Locator, type Page } from "@playwright/test";
import type { LabNode } from "../../lab/index.ts";
import { en } from "../../lib/messages/en.ts";
import { nodesDown } from "../support/nodes.ts";
import { BACK, row, SHOWN, status, test, toCluster } from "../support/situation.ts";
import { LONG, openNewDrive, runPlan } from "../verbs/drives.ts";
import { goAround, tabTo } from "../verbs/keyboard.ts";

test.use({ scene: "joined-lvm" });
test.afterAll(nodesDown);

const t = en.node;
const KEYS = "/root/.ssh/authorized_keys";

const section = (page: Page, title: string): Locator =>
  page.locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

/** Lines of the panel's in the node's authorized_keys. */
async function ownLines(node: LabNode): Promise<string[]> {
  return (await node.sh(`grep -h ' spindle:' ${KEYS} || true`)).trim().split("\n").filter(Boolean);
}

/** Nothing of the panel's is on the node: no way in, no mark of node or storages, no record of a task, no unit. */
async function holdsNothing(node: LabNode): Promise<void> {
  expect(await ownLines(node)).toEqual([]);
  expect((await node.sh("vgs --noheadings -o vg_tags lvm0")).trim()).toBe("");
  expect((await node.sh("ls -d /vm/.spindle /etc/spindle /var/lib/spindle 2>/dev/null || true")).trim()).toBe("");
  await expect.poll(() => node.sh("ls -d /run/spindle-* 2>/dev/null || true"), LONG).toBe("");
  await expect
    .poll(
      () => node.sh("systemctl list-units --all --plain --no-legend 'spindle*'").then((units) => units.trim()),
      LONG,
    )
    .toBe("");
}

/** From the cluster's page to the node's. */
async function openNode(page: Page, node: LabNode): Promise<void> {
  await row(page, node).getByRole("rowheader").getByRole("link").first().click();
  await expect(page.getByText(node.address).first()).toBeVisible();
}

/** Ends every SSH session of the panel's, so that it has to connect anew. */
const hangUp = (node: LabNode) =>
  node.sh("for pid in $(pgrep -f '^sshd: root'); do kill $pid 2>/dev/null || true; done");

test("the key is changed as it was shown: one line of ours before and after, another one, and the node stays active", {
  tag: ["@P03", "@B01", "@P10"],
}, async ({ situation: { page, hurt } }) => {
  const [before] = await ownLines(hurt);
  // What an accident has left goes with it.
  const mark = before?.split(" ").at(-1);
  await hurt.sh(`echo "ssh-ed25519 AAAAleftover ${mark}" >>${KEYS}`);
  await openNode(page, hurt);
  await page.getByRole("link", { name: t.verb["rotate-key"] }).click();
  await page.getByRole("button", { name: t.rotate.make }).click();
  const shown = page.getByText(/restrict ssh-ed25519 \S+ spindle:/).first();
  const line = /restrict ssh-ed25519 \S+ spindle:\w+/.exec((await shown.textContent()) ?? "")?.[0];
  expect(await ownLines(hurt)).toHaveLength(2);
  await runPlan(page, t.rotate.confirm);
  expect(await ownLines(hurt)).toEqual([line]);
  expect(line).not.toBe(before);
  await hangUp(hurt);
  await toCluster(page);
  await expect(status(page, hurt)).toHaveText("Active", BACK);
  await openNode(page, hurt);
  await expect(section(page, en.pages.node.history)).toContainText(t.deed["rotate-key"]);
});

test("a changed host key is refused, and accepted by the very fingerprint that the machine shows", {
  tag: ["@P03"],
}, async ({ situation: { page, hurt } }) => {
  await hurt.sh("rm -f /etc/ssh/ssh_host_*; ssh-keygen -A; systemctl restart ssh");
  await hangUp(hurt);
  await expect(status(page, hurt)).toHaveText("Unreachable", SHOWN);
  await openNode(page, hurt);
  await expect(page.getByRole("heading", { name: t.hostKey.title })).toBeVisible(SHOWN);
  await page.getByRole("button", { name: t.hostKey.read }).click();
  const shown = page
    .locator("dl > div")
    .filter({ has: page.getByText(t.hostKey.shown, { exact: true }) })
    .locator("dd");
  const all = await hurt.sh("for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $key; done");
  expect(all).toContain((await shown.textContent()) ?? "nothing");
  // Asked and answered by keyboard.
  const accept = new RegExp(`^${t.hostKey.accept}$`);
  await goAround(page, accept);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText((await shown.textContent()) ?? "nothing");
  await tabTo(page, accept, 3);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: t.hostKey.title })).toHaveCount(0, LONG);
  await toCluster(page);
  await expect(status(page, hurt)).toHaveText("Active", BACK);
});

test("a node moves to another port once it answers there as itself; another machine there is refused", {
  tag: ["@P03"],
}, async ({ situation: { page, hurt, other } }) => {
  // The other node pretends to be this one: the same host keys, and this node's line lets the panel in.
  const keys = await hurt.sh("cd /etc/ssh && tar -cf - ssh_host_* | base64 -w 0");
  const [line] = await ownLines(hurt);
  await other.sh(`mkdir -p /run/twin && base64 -d | tar -C /run/twin -xf -`, { input: keys });
  await other.sh(`echo '${line}' >>${KEYS}`);
  const hostKeys = "$(ls /run/twin/ssh_host_*_key | sed 's/^/-h /')";
  await other.sh(`/usr/sbin/sshd -f /dev/null -o PidFile=/run/twin/pid -o UsePAM=no -p 2222 ${hostKeys}`);
  await openNode(page, hurt);
  await page.getByRole("link", { name: t.verb.edit, exact: true }).click();
  const address = page.getByLabel(t.edit.address, { exact: true });
  const port = page.getByLabel(t.edit.port, { exact: true });
  const save = page.getByRole("button", { name: t.edit.save });
  await address.fill(other.address);
  await port.fill("2222");
  await save.click();
  await expect(address).toHaveAccessibleDescription(/machine-id/, LONG);
  await port.fill("22");
  await save.click();
  await expect(address).toHaveAccessibleDescription(/is at this address and port already/, LONG);

  await address.fill(hurt.address);
  await port.fill("2200");
  await save.click();
  await expect(address).toHaveAttribute("aria-invalid", "true", LONG);
  await hurt.sh("printf 'Port 22\\nPort 2200\\n' >/etc/ssh/sshd_config.d/two-ports.conf; systemctl restart ssh");
  await save.click();
  await expect(page.getByText(`${hurt.address}:2200`, { exact: true })).toBeVisible(LONG);
  await hangUp(hurt);
  await toCluster(page);
  await expect(status(page, hurt)).toHaveText("Active", BACK);
});

test("disks are listed as the node has them; one that is pulled is gone from the list by itself", {
  tag: ["@P03"],
}, async ({ situation: { page, hurt } }) => {
  await openNode(page, hurt);
  const disks = section(page, t.disks.title);
  const names = JSON.parse(await hurt.sh("lsblk -J -d -o NAME,TYPE")) as {
    blockdevices: { name: string; type: string }[];
  };
  for (const { name, type } of names.blockdevices)
    if (type === "disk" && !/^(zram|loop|fd)/.test(name))
      await expect(
        disks
          .getByRole("listitem")
          .filter({ hasText: new RegExp(`^${name}\\d`) })
          .first(),
      ).toBeVisible(LONG);
  const hasTool = await hurt.sh("command -v smartctl || true");
  if (hasTool.trim() === "") await expect(disks).toContainText("smartmontools is not installed");
  const before = await disks.getByRole("listitem").count();
  await hurt.unplug("disk4");
  await expect.poll(() => disks.getByRole("listitem").count(), LONG).toBeLessThan(before);
});

test("a node with a drive is not removed; by force its volume stays, nothing of the panel does", {
  tag: ["@P03", "@P10", "@B01"],
}, async ({ situation: { page, hurt, other } }) => {
  await openNewDrive(page, { storage: "files", label: "web", mib: 64, node: hurt });
  await runPlan(page, "Create the drive");
  const image = (await hurt.sh("ls /vm/*.qcow2")).trim();

  await toCluster(page);
  const name = (await row(page, hurt).getByRole("rowheader").getByRole("link").first().textContent()) ?? "";
  await openNode(page, hurt);
  await page.getByRole("link", { name: t.verb.remove, exact: true }).click();
  await expect(page.getByText(/A drive is on/).first()).toBeVisible(LONG);
  await page.getByLabel(t.remove.force).check();
  await expect(page.getByText(/vgchange .*--deltag/).first()).toBeVisible(LONG);
  await page.getByLabel(`Type ${name} to confirm`).fill(name);
  await runPlan(page, t.remove.confirm);

  await holdsNothing(hurt);
  await hurt.sh(["test", "-s", image]);
  await toCluster(page);
  await expect(row(page, hurt)).toHaveCount(0);
  await expect(status(page, other)).toHaveText("Active", BACK);
});

test("a node that is off is removed by force: the panel forgets it and says what stays there", {
  tag: ["@P03"],
}, async ({ situation: { page, hurt } }) => {
  await hurt.cut();
  await expect(status(page, hurt)).toHaveText("Unreachable", SHOWN);
  const name = (await row(page, hurt).getByRole("rowheader").getByRole("link").first().textContent()) ?? "";
  await openNode(page, hurt);
  await page.getByRole("link", { name: t.verb.remove, exact: true }).click();
  await page.getByLabel(t.remove.force).check(LONG);
  await expect(page.getByText(/authorized_keys of root/).first()).toBeVisible();
  await page.getByLabel(`Type ${name} to confirm`).fill(name);
  await runPlan(page, t.remove.confirm);
  await toCluster(page);
  await expect(row(page, hurt)).toHaveCount(0);
  expect(await ownLines(hurt)).toHaveLength(1);
});

test("a cluster of two nodes is deleted as it was shown: nothing of the panel stays on either", {
  tag: ["@P14", "@B01", "@P10"],
}, async ({ situation: { page, hurt, other } }) => {
  await page.getByRole("link", { name: en.life.removal.clusterOpen, exact: true }).click();
  const typed = page.getByLabel("Type alpha to confirm");
  await expect(typed).toBeVisible(LONG);
  await expect(page.getByText(/vgchange .*--deltag/).first()).toBeVisible();
  await typed.fill("alpha");
  await runPlan(page, en.life.removal.clusterConfirm);
  for (const node of [hurt, other]) await holdsNothing(node);
  await page.goto("/");
  await expect(page.getByRole("link", { name: "alpha", exact: true })).toHaveCount(0);
});
