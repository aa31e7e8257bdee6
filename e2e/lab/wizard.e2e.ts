import type { LabNode } from "../../lab/index.ts";
import { expect, test } from "../fixtures/test.ts";
import { bareNodes, nodesDown, plainDown, plainNode } from "../support/nodes.ts";
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

test.describe("directories of a machine, and what a bare one lacks", () => {
  const it = walk(bareNodes);
  let node: LabNode;
  let bare: LabNode;
  const row = (title: string, storage?: string) => requirement(it.page, node.address, title, storage);
  test.afterAll(plainDown);

  test("a directory that is a bind mount of another storage's, or a symbolic link, is refused with what to do", {
    tag: "@S08",
  }, async () => {
    const { page } = it;
    [node, bare] = [it.lab.node("n1"), (await plainNode()).nodes[0]!];
    await node.sh(
      `mkdir /vm /bound && mount --bind /vm /bound && ln -s /vm /linked && echo '{"panel":"pa_other","cluster":"c","storage":"s","node":"n","epoch":1}' >/vm/.spindle`,
    );
    await openWizard(page);
    await page.getByLabel("Cluster name").fill("alpha");
    await next(page, "Storages");
    await addStorage(page, { kind: "File", name: "files" });
    await addStorage(page, { kind: "File", name: "second", fields: { "VM directory": "/bound" } });
    await addStorage(page, { kind: "File", name: "third", fields: { "VM directory": "/linked" } });
    await next(page, "Main storage");
    await next(page, "Nodes");
    for (const each of [node, bare]) {
      await addMachine(page, each);
      await confirmHostKey(page, each);
    }
    await lookEnded(page, node.address);
    const bound = row("A place of its own", "second");
    await expect(bound).toContainText("to settle");
    await expect(bound).toContainText("/bound is the same place on the disk as /vm (files)");
    await expect(bound).toContainText("Choose another one.");
    const linked = row("Directory /linked", "third");
    await expect(linked).toContainText("/linked is a symbolic link.");
    await expect(linked).toContainText("put a real directory in its place");
  });

  test("a VM directory with another panel's mark is refused and says whose it is", { tag: "@P02" }, async () => {
    const contents = row("What is in it", "files");
    await expect(contents).toContainText("to settle");
    await expect(contents).toContainText("The mark of another panel (pa_other).");
    await expect(contents).toContainText("If that panel is gone, remove /vm/.spindle.");
  });

  test("the same machine twice is refused beside its address", { tag: "@P02" }, async () => {
    const { page } = it;
    await addMachine(page, node);
    const address = page.getByLabel("Address", { exact: true });
    await expect(address).toHaveAccessibleDescription(/This machine is in the draft already\./);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(page.getByRole("article")).toHaveCount(2);
  });

  test("the same machine by another address of it is seen to be the same, and can be left out", {
    tag: "@P02",
  }, async () => {
    const { page } = it;
    const alias = node.address.replace(/\d+$/, "99");
    await node.sh(`ip address add ${alias}/24 dev "$(ip -o -4 address show to ${node.address} | cut -d ' ' -f 2)"`);
    await addMachine(page, { address: alias, rootPassword: node.rootPassword });
    await confirmHostKey(page, { address: alias, hostKeyFingerprint: () => node.hostKeyFingerprint() });
    await lookEnded(page, alias);
    const identity = requirement(page, alias, "Unique identity");
    await expect(identity).toContainText("to settle");
    await expect(identity).toContainText(`${node.address}, in this draft, has the same machine-id`);
    await machine(page, alias).getByRole("button", { name: "Leave this machine out" }).click();
    await expect(page.getByRole("article")).toHaveCount(2);
  });

  test("mended on the machine and looked at again it passes, its rows ticking one after the other", {
    tag: ["@P02", "@S08"],
  }, async () => {
    const { page } = it;
    const own = machine(page, node.address);
    await expect(own).toContainText(/[3-9] to settle/);
    await node.sh("umount /bound && rm /linked /vm/.spindle");
    // How many rows stood there, each time the page changed while the machine was being looked at.
    await own.evaluate((card) => {
      const seen: number[] = [];
      Object.assign(window, { seen });
      new MutationObserver(() => {
        const isLooking = card.querySelector("[data-machine-state=looking]");
        const count = card.querySelectorAll("ul > li").length;
        if (isLooking && seen.at(-1) !== count) seen.push(count);
      }).observe(card, { subtree: true, childList: true, attributes: true });
    });
    await lookAgain(page, node.address);
    const counts = await page.evaluate(() => (window as unknown as { seen: number[] }).seen);
    expect(new Set(counts).size, `rows while looking: ${counts.join(", ")}`).toBeGreaterThan(2);
    await expect(own).toContainText("ready to join");
    await expect(own.getByText("to settle")).toHaveCount(0);
  });

  test("two File storages on one partition are a warning in words, and no obstacle", {
    tag: ["@S08", "@P02"],
  }, async () => {
    const shared = row("A capacity of its own", "second");
    await expect(shared).toContainText("warning");
    await expect(shared).toContainText("It is on the same partition as files: the two share its space.");
    await expect(row("Rights")).toContainText("fine");
    await expect(machine(it.page, node.address)).toContainText("ready to join");
  });

  test("a machine that lacks packages says which, with their size, and the plan installs exactly these", {
    tag: ["@P01", "@B01"],
  }, async () => {
    const { page } = it;
    await lookEnded(page, bare.address);
    const detail = (await requirement(page, bare.address, "Packages").locator("p").nth(1).textContent()) ?? "";
    const said = /^(\d+) packages \([\d.]+ [KMG]iB\) will be installed: ([^ ,]+(?:, [^ ,]+)+)/.exec(detail);
    expect(said, detail).not.toBeNull();
    const names = said![2]!.replace(/\.$/, "").split(", ");
    expect(names).toHaveLength(Number(said![1]));
    expect(names).toEqual(expect.arrayContaining(["qemu-system-x86", "libvirt-daemon-system"]));
    const install = (await plannedSteps(page)).find((step) => / install -- /.test(step.command));
    const exact = install!.command.split(" install -- ")[1]!.replaceAll("'", "").split(" ");
    expect(exact.map((each) => each.split("=")[0]).sort()).toEqual([...names].sort());
    expect(await bare.sh("dpkg-query -W -f '${db:Status-Abbrev}' qemu-system-x86 2>/dev/null || true")).toBe("");
  });
});
