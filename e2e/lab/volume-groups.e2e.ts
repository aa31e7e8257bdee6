import { type LabNode, makeVolumeGroup } from "../../lab/index.ts";
import { traceOf } from "../join/trace.ts";
import { expect, test } from "../fixtures/test.ts";
import { bareNodes, nodesDown } from "../support/nodes.ts";
import { walk } from "../support/walk.ts";
import {
  addMachine,
  addStorage,
  confirmHostKey,
  lookAgain,
  lookEnded,
  machine,
  next,
  openWizard,
  plannedSteps,
  requirement,
} from "../verbs/wizard.ts";

test.afterAll(nodesDown);

const toReview = { name: "Next: Review" } as const;

test.describe("looking for the volume group on a machine", () => {
  const it = walk(bareNodes);
  let node: LabNode;
  let before: string[];
  const group = (storage = "group") => requirement(it.page, node.address, "Volume group", storage);
  /** UUIDs of the volume group on a disk, and of the physical volume that it is there. */
  const groupOn = async (disk: string) => {
    const said = await node.sh(["pvs", "--noheadings", "-o", "vg_uuid,pv_uuid", node.disk(disk).path]);
    const [vg = "", pv = ""] = said.trim().split(/\s+/);
    return { vg, pv };
  };

  test("the fingerprint is the machine's own; a wrong password is said beside the machine, and another one can be typed", {
    tag: "@P01",
  }, async () => {
    const { page } = it;
    node = it.lab.node("n1");
    await openWizard(page);
    await page.getByLabel("Cluster name").fill("alpha");
    await next(page, "Storages");
    await addStorage(page, { kind: "LVM", name: "group" });
    await next(page, "Main storage");
    await next(page, "Nodes");
    await addMachine(page, { address: node.address, rootPassword: "not it" });
    await confirmHostKey(page, node);
    const own = machine(page, node.address);
    await expect(own.getByRole("alert")).toContainText(`${node.address} did not let root in.`, { timeout: 120_000 });
    await expect(page.getByRole("button", toReview)).toHaveAccessibleDescription(`${node.address} is not ready`);
    await own.getByLabel("Sign in with another password").fill(node.rootPassword);
    await own.getByRole("button", { name: "Look again" }).first().click();
    await expect(own.getByRole("alert")).toHaveCount(0);
    await lookEnded(page, node.address);
    await expect(own).toContainText("n1 · Debian GNU/Linux 12");
  });

  test("none: it can be made on each unused disk; as long as none is chosen there is no way on", {
    tag: ["@S16", "@P02", "@B04"],
  }, async () => {
    await expect(group()).toContainText("to settle");
    await expect(group()).toContainText("There is no volume group on this node.");
    await expect(group()).toContainText("vgcreate --metadatasize 16m lvm0");
    const disks = requirement(it.page, node.address, "Unused disks", "group");
    await expect(disks.getByRole("button", { name: /^Make it on/ })).toHaveCount(5);
    const system = requirement(it.page, node.address, "It is mounted on /.", "group");
    await expect(system).toContainText("not unused");
    const button = it.page.getByRole("button", toReview);
    await expect(button).toHaveAccessibleDescription("n1 is not ready");
    await expect(button).toHaveAttribute("aria-disabled", "true");
  });

  test("exactly one other, unused: renaming is offered, and once chosen the machine is ready", {
    tag: ["@S15", "@S16"],
  }, async () => {
    const uuid = await makeVolumeGroup(node, "data", ["disk1"]);
    await lookAgain(it.page, node.address);
    await expect(group()).toContainText(`There is no volume group lvm0. Found: data (${uuid}`);
    await group().getByRole("button", { name: "Rename data to lvm0" }).click();
    await expect(group()).toContainText(`data (${uuid}) will be renamed to lvm0.`);
    await expect(machine(it.page, node.address)).toContainText("ready to join");
    const rename = (await plannedSteps(it.page)).find((step) => step.command.includes("vgrename"));
    expect(rename?.command).toContain(uuid);
    expect(rename?.undo).toContain("vgrename");
  });

  test("one other in use: the reason stands instead of an offer, whatever was chosen before", {
    tag: "@S16",
  }, async () => {
    await node.sh(
      "lvcreate -y -q -n home -L 16m data && mkfs.ext4 -q /dev/data/home && mkdir -p /mnt/home && mount /dev/data/home /mnt/home",
      { timeoutMs: 120_000 },
    );
    await lookAgain(it.page, node.address);
    await expect(group()).toContainText("data can’t be renamed: a volume of it is in use (home).");
    await expect(group().getByRole("button", { name: /Rename/ })).toHaveCount(0);
    await expect(it.page.getByRole("button", toReview)).toHaveAccessibleDescription("n1 is not ready");
  });

  test("the named one beside another is found; where the name fits none of several, they are listed and there is no way on", {
    tag: ["@S08", "@S16"],
  }, async () => {
    await node.sh("umount /mnt/home && lvremove -qfy data/home && vgrename -q data lvm0", { timeoutMs: 60_000 });
    const { vg: uuid } = await groupOn("disk1");
    const other = await makeVolumeGroup(node, "more", ["disk2"]);
    await it.page.getByRole("button", { name: /^Storages/ }).click();
    await addStorage(it.page, { kind: "LVM", name: "second", fields: { "Volume group for VMs": "lvm9" } });
    await next(it.page, "Main storage");
    await next(it.page, "Nodes");
    await expect(group()).toContainText(`lvm0 is there (${uuid}).`, { timeout: 300_000 });
    await expect(group()).toContainText("fine");
    const listed = group("second");
    await expect(listed).toContainText("There is no volume group lvm9.", { timeout: 300_000 });
    for (const found of [`lvm0 (${uuid}`, `more (${other}`]) await expect(listed).toContainText(found);
    await expect(listed.getByRole("button")).toHaveCount(0);
    await expect(it.page.getByRole("button", toReview)).toHaveAccessibleDescription("n1 is not ready");
  });

  test("of two of one name one is picked by its UUID; the one with another panel's mark is refused", {
    tag: ["@S16", "@P02"],
  }, async () => {
    const { page } = it;
    const disk = node.disk("disk2").path;
    await node.sh(
      [
        "sh",
        "-c",
        'vgchange -q --addtag spindle.panel=pa_other more && vgrename -q --devices "$1" more lvm0',
        "x",
        disk,
      ],
      { timeoutMs: 60_000 },
    );
    const [own, others] = [await groupOn("disk1"), await groupOn("disk2")];
    before = await traceOf(node);
    await page.getByRole("button", { name: /^Storages/ }).click();
    await page.getByRole("button", { name: "Remove second" }).click();
    await next(page, "Main storage");
    await next(page, "Nodes");
    await lookAgain(page, node.address);
    await expect(group()).toContainText("2 groups are called lvm0.");
    await group()
      .getByRole("button", { name: `Use ${others.vg}` })
      .click();
    const owner = requirement(page, node.address, "No other owner", "group");
    await expect(owner).toContainText("to settle");
    await expect(owner).toContainText("It is another panel’s (spindle.panel=pa_other).");
    await expect(page.getByRole("button", toReview)).toHaveAccessibleDescription("n1 is not ready");
    await group()
      .getByRole("button", { name: `Use ${own.vg}` })
      .click();
    await expect(group()).toContainText(`Of 2 groups called lvm0, ${own.vg} was chosen.`);
    await expect(machine(page, node.address)).toContainText("ready to join");
    const commands = (await plannedSteps(page)).map((step) => step.command).join("\n");
    expect(commands).toContain(own.pv);
    expect(commands).not.toContain(others.pv);
  });

  test("after all these refusals and a discard nothing is on the machine, and no credential in the database", {
    tag: ["@S16", "@P02"],
  }, async () => {
    const { page } = it;
    await page.getByRole("button", { name: "Discard" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
    await expect(page.getByRole("link", { name: "Create the first cluster" })).toBeVisible();
    expect(await traceOf(node)).toEqual(before);
    expect(
      await node.sh(
        "find /root/.ssh /etc/spindle /var/lib/spindle /run/spindle* ! -path /root/.ssh 2>/dev/null || true",
      ),
    ).toBe("");
    expect(await it.rows("select id from secrets")).toEqual([]);
  });
});
