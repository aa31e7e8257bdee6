import type { Locator, Page } from "@playwright/test";
import { type LabNode, lunWwid, portalAddresses, sanPort, type TargetRecord } from "../../lab/index.ts";
import { en } from "../../lib/messages/en.ts";
import { expect, test } from "../fixtures/test.ts";
import { nodesDown, sanNodes } from "../support/nodes.ts";
import { type ProcWatch, watchProcesses } from "../support/proc-watch.ts";
import { BACK, row, SHOWN, status, toCluster, why } from "../support/situation.ts";
import { walk } from "../support/walk.ts";
import { invite } from "../verbs/administrators.ts";
import { LONG, openNewDrive, runPlan } from "../verbs/drives.ts";
import { makeSharedDrives, SHARED_DRIVES_MS } from "../verbs/shared-drives.ts";
import {
  addMachine,
  addStorage,
  confirmAndWait,
  confirmHostKey,
  lookEnded,
  machine,
  next,
  openWizard,
  plannedSteps,
  requirement,
} from "../verbs/wizard.ts";

test.afterAll(nodesDown);

/** Logins, multipath and LVM on several emulated nodes. */
const VERY_LONG = { timeout: 400_000 };

const WRONG_SECRET = "not-the-secret";

const lines = (text: string) => text.trim().split("\n");

/** The passwords of both directions, as the target has them. */
const secretsOf = ({ chap, reverse }: TargetRecord) =>
  [chap?.password, reverse?.password].filter((secret) => secret !== undefined);

async function toStorage(page: Page): Promise<void> {
  await toCluster(page);
  await page
    .getByRole("columnheader", { name: /shared/ })
    .getByRole("link")
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "shared" })).toBeVisible();
}

async function toDrive(page: Page, label: string): Promise<void> {
  await page.getByRole("link", { name: "Drives", exact: true }).first().click();
  await page.getByRole("rowheader", { name: label }).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: label })).toBeVisible();
}

/** What a node has of iSCSI, multipath and the panel's own there; nothing before a join and after leaving. */
async function traceOf(node: LabNode): Promise<string> {
  const script = `find /etc/iscsi/nodes /etc/spindle/storages /etc/multipath/conf.d -type f 2>/dev/null
    ls /etc/systemd/system | grep spindle; ls /sys/class/iscsi_session 2>/dev/null; grep -v '^#' /etc/multipath/wwids 2>/dev/null; true`;
  return (await node.sh(script)).trim();
}

test.describe("a cluster whose main storage is a volume group on a LUN", () => {
  const it = walk(sanNodes);
  let n1: LabNode;
  let n2: LabNode;
  let target: TargetRecord;
  /** Another target of the same array. */
  let more: TargetRecord;
  const secrets = () => [target, more].flatMap(secretsOf);
  /** From the first test on: what holds a secret for a moment only is seen as well. */
  let watches: ProcWatch[];
  const both = () => [n1, n2];
  const wwid = (name: string) => lunWwid(target, name);
  const found = () => it.page.getByRole("group", { name: /^Found on / });
  const field = (label: string): Locator => it.page.getByLabel(label, { exact: true });
  const words = en["network-lvm"];
  const pathsOn = (node: LabNode, lun = wwid("lun1")) =>
    it.page
      .locator("div")
      .filter({ has: it.page.getByRole("heading", { level: 3, name: node.name, exact: true }) })
      .last()
      .locator("xpath=../..")
      .getByRole("table", { name: `Paths to the LUN ${lun}` });

  /** Both nodes as the cluster's page has them. */
  async function bothAre(word: string | RegExp, patience = SHOWN): Promise<void> {
    await toCluster(it.page);
    for (const node of both()) await expect(status(it.page, node)).toHaveText(word, patience);
  }

  test("a look through a node lists targets, then, with the secrets, LUNs, and leaves nothing there", {
    tag: ["@S26", "@S06", "@S05"],
  }, async () => {
    const { page } = it;
    [n1, n2] = it.lab.nodes as [LabNode, LabNode];
    [target, more] = it.lab.targets as [TargetRecord, TargetRecord];
    expect(secrets()).toHaveLength(4);
    watches = await Promise.all(both().map((node) => watchProcesses(node, [...secrets(), WRONG_SECRET])));
    await it.lab.formatLun(target, "full");
    const portals = portalAddresses(it.lab.instance).map((address) => `${address}:${sanPort}`);
    await openWizard(page);
    await field("Cluster name").fill("alpha");
    await next(page, "Storages");
    await addStorage(page, { kind: "Network LVM", name: "shared", fields: { [words.portals]: portals.join(", ") } });
    await page.getByRole("button", { name: "Look through a node" }).click();
    await addMachine(page, n1);
    await confirmHostKey(page, n1);
    await expect(found()).toContainText(`Target ${target.iqn}`, VERY_LONG);
    await found()
      .getByRole("button", { name: `Use ${target.iqn}` })
      .click();
    await field(words["chap-user"]).fill(target.chap?.user ?? "");
    await field(words["chap-secret"]).fill(WRONG_SECRET);
    await page.getByRole("button", { name: "Look again" }).click();
    await expect(found()).toContainText("asks for another CHAP user or secret", VERY_LONG);
    await field(words["chap-secret"]).fill(target.chap?.password ?? "");
    await field(words["reverse-user"]).fill(target.reverse?.user ?? "");
    await field(words["reverse-secret"]).fill(target.reverse?.password ?? "");
    await page.getByRole("button", { name: "Look again" }).click();
    for (const name of ["lun1", "lun2", "full"]) await expect(found()).toContainText(`LUN ${wwid(name)}`, VERY_LONG);
    expect(await traceOf(n1), "looking writes nothing").toBe("");
  });

  test("a LUN that holds something is refused on every node, by what it holds", { tag: ["@S27"] }, async () => {
    const { page } = it;
    await found()
      .getByRole("button", { name: `Use ${wwid("full")}` })
      .click();
    await addStorage(page, { kind: "File", name: "files" });
    await next(page, "Main storage");
    await page.locator("label").filter({ hasText: "shared" }).click();
    await next(page, "Nodes");
    await addMachine(page, n2);
    await confirmHostKey(page, n2);
    for (const { address } of both()) {
      await lookEnded(page, address);
      await expect(requirement(page, address, words.row.contents, "shared")).toContainText(
        "It holds something: ext2/3/4",
        LONG,
      );
    }
    await page.getByRole("button", { name: /^Storages/ }).click();
    await page.getByRole("button", { name: "Edit shared" }).click();
    await field(words.wwid).fill(wwid("lun1"));
    await next(page, "Main storage");
    await next(page, "Nodes");
    for (const { address } of both())
      await expect(machine(page, address).getByText("ready to join")).toBeVisible(VERY_LONG);
    await expect(requirement(page, n1.address, words.row.contents, "shared")).toContainText("Empty");
  });

  test("the group is made once, from one node, and both see it; no command has a secret", {
    tag: ["@S26", "@S27", "@S06", "@B01"],
  }, async () => {
    const { page } = it;
    await next(page, "Review");
    const steps = await plannedSteps(page);
    expect(steps.filter(({ command }) => command.includes("vgcreate"))).toHaveLength(1);
    const text = JSON.stringify(steps);
    for (const secret of secretsOf(target)) expect(text).not.toContain(secret);
    for (const node of both()) expect(await traceOf(node), "nothing has run yet").toBe("");
    await confirmAndWait(page, "Create the cluster", 900_000);
    await bothAre("Active", BACK);
    const groups = await Promise.all(both().map((node) => node.sh("vgs --noheadings -o vg_name,vg_uuid net0")));
    expect(groups[0]).toBe(groups[1]);
    await toStorage(page);
    for (const node of both()) {
      await expect(pathsOn(node).getByRole("row")).toHaveCount(3, LONG);
      await expect(pathsOn(node).getByText("up", { exact: true })).toHaveCount(2);
      const records = lines(await node.sh("find /etc/iscsi/nodes -type f -exec stat -c %a {} +"));
      expect(records).toEqual(["600", "600"]);
    }
  });

  test("a drive is switched on on one node at a time, and has there what was written on the other", {
    tag: ["@S28", "@S06", "@S01", "@S02", "@P04"],
  }, async () => {
    const { page } = it;
    await openNewDrive(page, { storage: "shared", label: "web", mib: 64 });
    await runPlan(page, "Create the drive", VERY_LONG);
    const activateOn = async (node: LabNode) => {
      await toDrive(page, "web");
      await page.getByRole("link", { name: en.drives.verb.activate, exact: true }).click(VERY_LONG);
      await page.getByLabel(en.drives.form.node, { exact: true }).selectOption({ label: node.name });
    };
    await activateOn(n1);
    await runPlan(page, "Activate the drive", VERY_LONG);
    await toDrive(page, "web");
    await expect(page.getByRole("main").getByRole("link", { name: n1.name, exact: true })).toBeVisible(LONG);
    const [id = ""] = lines(await n1.sh("lvs --noheadings -o lv_name net0")).map((name) => name.trim());
    await n1.sh(`printf spindle | dd of=/dev/net0/${id} bs=512 conv=sync oflag=direct status=none`);
    expect((await n2.sh("dmsetup ls")).includes("net0-")).toBe(false);
    // Switched on by hand where the panel does not look just now: each step proves it for itself.
    await toDrive(page, "web");
    await page.getByRole("link", { name: en.drives.verb.deactivate, exact: true }).click();
    await runPlan(page, "Deactivate the drive", VERY_LONG);
    await activateOn(n2);
    await expect(page.getByText(/lvchange.* -aey|lvchange.* -ay/).first()).toBeVisible(LONG);
    await n1.sh(
      `lvchange -ay net0/${id}; exec 9</dev/net0/${id}; setsid sleep 3600 >/dev/null 2>&1 </dev/null & echo $! >/run/holder`,
    );
    await page.getByRole("button", { name: "Activate the drive" }).click();
    await page.waitForURL(/\/tasks\//, LONG);
    await expect(page.getByRole("main").getByText("Undone", { exact: true }).first()).toBeVisible(VERY_LONG);
    await expect(page.getByText(/is switched on on another node/).first()).toBeVisible();
    await n1.sh(
      `kill $(cat /run/holder); while kill -0 $(cat /run/holder) 2>/dev/null; do sleep 0.1; done; lvchange -an net0/${id}`,
    );
    // What was done by hand is seen by the next check.
    await toStorage(page);
    await page.getByRole("button", { name: `Recheck shared on ${n1.name}` }).click();
    await activateOn(n2);
    await runPlan(page, "Activate the drive", VERY_LONG);
    expect(await n2.sh(`dd if=/dev/net0/${id} bs=7 count=1 status=none`)).toBe("spindle");
    await toDrive(page, "web");
    await page.getByRole("link", { name: en.drives.verb.grow }).click();
    await page.getByLabel(en.drives.form.newSize).fill("128");
    await runPlan(page, "Grow the drive", VERY_LONG);
    expect(lines(await n1.sh("lvs --noheadings --nosuffix --units b -o lv_size net0"))[0]?.trim()).toBe(
      String(128 * 1024 ** 2),
    );
    expect(await n2.sh(`dd if=/dev/net0/${id} bs=7 count=1 status=none`)).toBe("spindle");
  });

  test("its space is freed only when no node has a map of it", { tag: ["@S28", "@P04"] }, async () => {
    const { page } = it;
    const [id = ""] = lines(await n1.sh("lvs --noheadings -o lv_name net0")).map((name) => name.trim());
    await n2.sh(`lvchange -an net0/${id}`);
    // A map that was left behind, as a node that was away during a move has it.
    await n1.sh(`lvchange -ay net0/${id}`);
    // A plan by what was there before would be refused once the next look has come.
    await toStorage(page);
    await page.getByRole("button", { name: en.life.recheckAll }).click();
    await toDrive(page, "web");
    const activeOn = (node: LabNode) => page.getByRole("main").getByRole("link", { name: node.name, exact: true });
    await expect(activeOn(n1)).toBeVisible(LONG);
    await expect(activeOn(n2)).toHaveCount(0, LONG);
    await page.goto(`/drives/change?do=delete&ids=${id}`);
    await page.getByLabel("Type web to confirm").fill("web", LONG);
    await runPlan(page, "Delete the drive", VERY_LONG);
    for (const node of both()) {
      expect((await node.sh("dmsetup ls")).includes("net0-")).toBe(false);
      expect((await node.sh("lvs --noheadings -o lv_name net0")).trim()).toBe("");
    }
  });

  test("one portal lost degrades it, both lost corrupt the nodes, and it comes back by itself", {
    tag: ["@S26", "@S11", "@S32"],
  }, async () => {
    const { page, lab } = it;
    await bothAre("Active");
    await lab.breakSan("portal-gone");
    for (const node of both()) {
      await expect(row(page, node)).toContainText("degraded", SHOWN);
      await expect(status(page, node)).toHaveText("Active, 1 warning");
    }
    await expect(await why(page, n1)).toContainText(`${portalAddresses(lab.instance)[1]}:${sanPort}`);
    await toStorage(page);
    await expect(pathsOn(n1).getByText("up", { exact: true })).toHaveCount(1, LONG);
    await toCluster(page);
    await lab.breakSan("portals-gone");
    for (const node of both()) await expect(status(page, node)).toHaveText("Corrupted", SHOWN);
    // What is local goes on being looked at.
    await expect(row(page, n1).getByRole("cell").last()).toContainText(/GiB/);
    await lab.mendSan("portals-gone");
    for (const node of both()) await expect(status(page, node)).toHaveText("Active", { timeout: 240_000 });
  });

  test("a LUN that the array made larger, and another one, become space on both nodes", {
    tag: ["@P15", "@S26"],
  }, async () => {
    const { page, lab } = it;
    const sizes = () =>
      Promise.all(
        both().map(async (node) => Number(await node.sh("vgs --noheadings --nosuffix --units m -o vg_size net0"))),
      );
    await lab.growLun(target, "lun1", 3072);
    await toStorage(page);
    await page.getByRole("link", { name: en.parts.verb.grow }).first().click();
    await runPlan(page, en.parts.confirm.grow, VERY_LONG);
    for (const size of await sizes()) expect(size).toBeGreaterThan(3000);
    await toStorage(page);
    await page.getByRole("link", { name: en.parts.verb.add }).first().click();
    await expect(page.getByRole("checkbox", { name: new RegExp(wwid("full")) })).toHaveCount(0);
    await page.getByRole("checkbox", { name: new RegExp(wwid("lun2")) }).check(VERY_LONG);
    await runPlan(page, "Add the disk", VERY_LONG);
    for (const size of await sizes()) expect(size).toBeGreaterThan(3500);
    await toStorage(page);
    for (const node of both())
      await expect(pathsOn(node, wwid("lun2")).getByText("up", { exact: true })).toHaveCount(2, LONG);
  });

  test("a LUN of another target is named, looked at with its own secrets, and added; both nodes log in to it", {
    tag: ["@P15", "@S26"],
  }, async () => {
    const { page, lab } = it;
    const lun = lunWwid(more, "lun1");
    const looks = () => page.getByRole("button", { name: en.parts.source.look });
    await toStorage(page);
    await page.getByRole("link", { name: en.parts.verb.add }).first().click();
    await page.getByRole("button", { name: words.source.title }).click(VERY_LONG);
    await expect(field(words.portals)).toHaveValue(new RegExp(portalAddresses(lab.instance)[0]));
    await field(words.target).fill(target.iqn);
    await looks().click();
    await expect(page.getByText(words.field["target-twice"])).toBeVisible(LONG);
    await field(words.target).fill(more.iqn);
    await field(words["chap-user"]).fill(more.chap?.user ?? "");
    await field(words["chap-secret"]).fill(WRONG_SECRET);
    await field(words["reverse-user"]).fill(more.reverse?.user ?? "");
    await field(words["reverse-secret"]).fill(more.reverse?.password ?? "");
    await looks().click();
    await expect(page.getByText("asks for another CHAP user or secret")).toBeVisible(VERY_LONG);
    await field(words["chap-secret"]).fill(more.chap?.password ?? "");
    await looks().click();
    await page.getByRole("checkbox", { name: new RegExp(lun) }).check(VERY_LONG);
    await expect(page.getByText(`Log in to ${more.iqn}`).first()).toBeVisible(VERY_LONG);
    await runPlan(page, "Add the disk", VERY_LONG);
    await toStorage(page);
    for (const node of both()) {
      const names = await node.sh("cat /sys/class/iscsi_session/session*/targetname | sort -u");
      expect(lines(names)).toEqual([target.iqn, more.iqn]);
      await expect(pathsOn(node, lun).getByText("up", { exact: true })).toHaveCount(2, LONG);
    }
    await expect(page.getByText(more.iqn, { exact: true }).first()).toBeVisible();
    await bothAre("Active");
  });

  test("what was left behind on a node is listed and cleared, and nothing else", { tag: ["@P16"] }, async () => {
    const { page } = it;
    const vg = (await n1.sh("vgs --noheadings -o vg_uuid net0")).trim().replaceAll("-", "");
    await n1.sh(["dmsetup", "create", "net0-stale", "--uuid", `LVM-${vg}${"s".repeat(32)}`, "--table", "0 8 error"]);
    await toCluster(page);
    await row(page, n1).getByRole("rowheader").getByRole("link").click();
    await page.getByRole("link", { name: en.node.verb.leftovers }).click();
    await page.getByRole("checkbox", { name: /net0-stale/ }).check(LONG);
    await runPlan(page, "Clear it", VERY_LONG);
    expect(await n1.sh("dmsetup ls")).not.toContain("net0-stale");
    await bothAre("Active");
  });

  test("drives of two administrators, made from both nodes while portals come and go, never overlap on either", {
    tag: ["@S28", "@P04"],
  }, async ({ browser }) => {
    test.setTimeout(SHARED_DRIVES_MS);
    const { page, lab, panel } = it;
    const invited = await invite(page, browser, panel.url, "Bob");
    await makeSharedDrives(lab, { name: "ada", page, node: n1 }, { name: "bob", page: invited, node: n2 });
    await invited.context().close();
  });

  test("no process of a node ever had a secret in its command line or its environment", { tag: ["@S26"] }, async () => {
    for (const { rounds, seconds, sightings } of await Promise.all(watches.map((watch) => watch.end()))) {
      expect(rounds, "it looked all the time").toBeGreaterThan(seconds);
      expect(seconds).toBeGreaterThan(60);
      expect(sightings).toEqual([]);
    }
  });

  test("secrets are nowhere but sealed, and in the records of the nodes", { tag: ["@S26"] }, async () => {
    const tables = await it.rows<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    const kept = await Promise.all(
      tables.map(async ({ name }) => JSON.stringify(await it.rows(`select t::text as row from "${name}" t`))),
    );
    const log = it.panel.output();
    for (const secret of secrets()) {
      expect(kept.filter((rows) => rows.includes(secret))).toEqual([]);
      expect(log.includes(secret)).toBe(false);
      for (const node of both()) {
        // By standard input: the lab's own way in notes every command in the node's journal.
        const files = await node.sh(
          ["sh", "-c", "grep -rlF -f - /etc /run /tmp /var/lib/spindle /var/log 2>/dev/null || true"],
          { input: secret },
        );
        expect(lines(files).filter((file) => !file.startsWith("/etc/iscsi/nodes/"))).toEqual([]);
      }
    }
  });

  test("a node leaves without a trace, and the other goes on", { tag: ["@S26", "@P03"] }, async () => {
    const { page } = it;
    await toCluster(page);
    await row(page, n2).getByRole("rowheader").getByRole("link").click();
    await page.getByRole("link", { name: en.node.verb.remove, exact: true }).click();
    await runPlan(page, en.node.remove.confirm, VERY_LONG);
    expect(await traceOf(n2)).toBe("");
    await toCluster(page);
    await expect(status(page, n1)).toHaveText("Active");
    expect((await n1.sh("vgs --noheadings -o vg_name net0")).trim()).toBe("net0");
  });
});
