import { expect, test } from "../fixtures/test.ts";
import { nodesDown, preparedNodes } from "../support/nodes.ts";
import { addMachine, addStorage, confirmHostKey, machine, next, openWizard } from "../verbs/wizard.ts";

test.afterAll(nodesDown);

test("a storage's form shows what a node has, takes its value over, and the node stands in the nodes step then", {
  tag: "@S05",
}, async ({ page, panel }) => {
  const lab = await preparedNodes();
  const node = lab.nodes[0]!;
  const writes = () =>
    node.sh(["sh", "-c", "find /vm /image /share /root/.ssh /etc/lvm -printf '%p %T@\\n' 2>/dev/null | sort"]);
  const before = await writes();
  await page.goto(panel.url);
  await openWizard(page);
  await page.getByLabel("Cluster name").fill("alpha");
  await next(page, "Storages");
  await addStorage(page, { kind: "LVM", name: "fast", fields: { "Volume group for VMs": "typed0" } });
  await page.getByRole("button", { name: "Look through a node" }).click();
  await addMachine(page, node);
  await confirmHostKey(page, node);
  const found = page.getByRole("group", { name: /^Found on / });
  await expect(found).toContainText(/Volume group lvm0: [\d.]+ GiB, [\d.]+ GiB free/, { timeout: 200_000 });
  await found.getByRole("button", { name: "Use lvm0" }).click();
  await expect(page.getByLabel("Volume group for VMs")).toHaveValue("lvm0");
  await expect(found).toContainText("lvm0 is used");
  await addStorage(page, { kind: "File", name: "ssd" });
  await expect(found).toContainText("/vm is there", { timeout: 200_000 });
  await expect(found).toContainText(/mounted on \/vm: [\d.]+ GiB, [\d.]+ GiB free/);
  await next(page, "Main storage");
  await next(page, "Nodes");
  await expect(machine(page, node.address).getByText("ready to join")).toBeVisible({ timeout: 300_000 });
  expect(await writes(), "looking writes nothing").toBe(before);
});
