import type { Locator } from "@playwright/test";
import { type LabNode, makeMountedFs } from "../../lab/index.ts";
import { expect, test } from "../fixtures/test.ts";
import { traceOf } from "../join/trace.ts";
import { nodesDown, preparedNodes } from "../support/nodes.ts";
import { BACK, row, SHOWN, status, why } from "../support/situation.ts";
import { walk } from "../support/walk.ts";
import {
  addMachine,
  confirmAndWait,
  confirmHostKey,
  fillWizard,
  lookEnded,
  machine,
  next,
  plannedSteps,
  requirement,
  type ShownStep,
  taskSteps,
} from "../verbs/wizard.ts";

test.afterAll(nodesDown);

/** Hostile, and allowed: they reach the nodes as arguments, and come back as they were typed. */
const CLUSTER = "Zürich кластер-1.0_b";
const FILES = "Быстрый 1";
const GROUP = "größe_2.x";
const SECOND = "zweiter-3";
const VM_DIR = "/vm/a+b.c_d-e";
const SECOND_DIR = "/vm/zweiter+2";
const VG = "vg+1.x_y";
const IMAGES = "/srv/im+g.s_1";

/** The review shows a machine's steps together and the panel's own after them; a task's page all in the order they run. */
function byPlace(steps: ShownStep[]): ShownStep[] {
  const isPanel = (step: ShownStep) => step.command === "";
  return [...steps.filter((step) => !isPanel(step)), ...steps.filter(isPanel)];
}

/** disk1: the group, disk2: /share, disk3: /vm; images on the system's own disk. */
async function layOut(node: LabNode): Promise<void> {
  await node.sh([
    "sh",
    "-c",
    'vgremove -qqf lvm0; pvremove -qqy "$@"',
    "x",
    node.disk("disk1").path,
    node.disk("disk2").path,
  ]);
  await node.sh(["vgcreate", "-q", "--metadatasize", "16m", VG, node.disk("disk1").path], { timeoutMs: 60_000 });
  await makeMountedFs(node, "disk2", "/share");
}

test.describe("a cluster of two File storages and an LVM one", () => {
  const it = walk(preparedNodes);
  let n1: LabNode;
  let n2: LabNode;
  let before: string[];
  let shown: ShownStep[];
  /** What a join begins with on a node, as far as it is there. */
  const inTheWay = () => n1.sh(`find /root/.ssh /etc/spindle /run/spindle* ! -path /root/.ssh 2>/dev/null || true`);
  const create = () => it.page.getByRole("button", { name: "Create the cluster" });

  test("its review shows every command in order with what undoes it, and nothing has run yet", {
    tag: ["@S08", "@B01"],
  }, async () => {
    const { page } = it;
    n1 = it.lab.node("n1");
    n2 = it.lab.node("n2");
    await layOut(n1);
    before = await traceOf(n1);
    await fillWizard(page, {
      name: CLUSTER,
      storages: [
        { kind: "File", name: FILES, fields: { "VM directory": VM_DIR, "Images and backups": IMAGES } },
        { kind: "LVM", name: GROUP, fields: { "Volume group for VMs": VG } },
        { kind: "File", name: SECOND, fields: { "VM directory": SECOND_DIR } },
      ],
      main: FILES,
      nodes: [n1],
    });
    shown = await plannedSteps(page);
    const places = [`mkdir -m 0755 -- ${IMAGES}`, `mkdir -m 0711 -- ${VM_DIR}`, VG, `mkdir -m 0711 -- ${SECOND_DIR}`];
    const at = places.map((place) => shown.findIndex((step) => step.command.includes(place)));
    expect(at.every((each) => each > 0)).toBe(true);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    const made = shown.find((step) => step.command.includes(`-- ${VM_DIR}`));
    expect(made?.undo).toContain(`rmdir -- "$1"' spindle ${VM_DIR}`);
    expect(await inTheWay()).toBe("");
  });

  test("what has changed since the review is said, nothing runs, and the new plan stands there", {
    tag: ["@B01", "@P02"],
  }, async () => {
    await n1.sh(["mkdir", IMAGES]);
    await create().click();
    const said = it.page.getByRole("alert").filter({ hasText: "Nothing was started." });
    await expect(said).toContainText("A machine has changed since the plan was shown", { timeout: 200_000 });
    await expect(said.getByRole("listitem")).toHaveText([`No longer: Make the directory ${IMAGES} · ${n1.address}`]);
    const now = await plannedSteps(it.page);
    expect(now.some((step) => step.command.includes(`-- ${IMAGES}`))).toBe(false);
    expect(now.length).toBe(shown.length - 1);
    expect(await it.rows("select id from tasks")).toEqual([]);
    expect(await inTheWay()).toBe("");
  });

  test("a join that fails at its last directory says what, where, the command and its output, and leaves no trace", {
    tag: ["@P02", "@P10"],
  }, async () => {
    const { page } = it;
    // Once the panel's key is in, the second directory's place is taken: too late for any look.
    await n1.sh([
      "sh",
      "-c",
      'setsid sh -c "while [ ! -s /root/.ssh/authorized_keys ]; do sleep 0.1; done; echo mine >$1" >/dev/null 2>&1 &',
      "x",
      SECOND_DIR,
    ]);
    await create().click();
    await page.waitForURL(/\/tasks\//, { timeout: 200_000 });
    await expect(page.getByText("Undone", { exact: true }).first()).toBeVisible({ timeout: 300_000 });
    const main = page.getByRole("main");
    await expect(main).toContainText(
      new RegExp(`Step \\d+ failed: Make the directory ${SECOND_DIR.replace("+", "\\+")}`),
    );
    await expect(main).toContainText("What it printed says why.");
    await expect(main).toContainText("Mend what the failed step says, then plan again.");
    const failed = page
      .getByRole("region", { name: "Steps" })
      .getByRole("listitem")
      .filter({ hasText: "failed, exit 1, undone" });
    await expect(failed.locator("pre").first()).toContainText(`${n1.address} $ mkdir -m 0711 -- ${SECOND_DIR}`);
    await expect(failed.locator("pre").first()).toContainText(
      `mkdir: cannot create directory '${SECOND_DIR}': File exists`,
    );
    expect(await n1.sh(["cat", SECOND_DIR])).toBe("mine\n");
    await n1.sh(["rm", SECOND_DIR]);
    await n1.sh(["rmdir", IMAGES]);
    expect(await traceOf(n1)).toEqual(before);
    for (const table of ["clusters", "storages", "nodes", "node_storages"])
      expect(await it.rows(`select * from ${table}`)).toEqual([]);
  });

  test("planned anew from what was typed, it runs the very commands that were shown", {
    tag: ["@B01", "@S05"],
  }, async () => {
    const { page } = it;
    await page.goto("/");
    await page
      .getByRole("link", { name: /New cluster|Create the first cluster/ })
      .first()
      .click();
    await page.getByRole("button", { name: /^Nodes/ }).click();
    const own = machine(page, n1.address);
    await own.getByLabel("Password").fill(n1.rootPassword);
    await own.getByRole("button", { name: "Look again" }).first().click();
    await expect(own.locator("[data-machine-state=looking]")).toBeVisible();
    await lookEnded(page, n1.address);
    await expect(own).toContainText("ready to join");
    await next(page, "Review");
    shown = await plannedSteps(page);
    await confirmAndWait(page, "Create the cluster");
    expect(byPlace(await taskSteps(page))).toEqual(byPlace(shown));
  });

  test("its password was used once: it is nowhere in the database, nor in anything the panel printed", {
    tag: "@P01",
  }, async () => {
    expect(await it.rows("select purpose, expires_at from secrets")).toEqual([
      { purpose: "node-key", expires_at: null },
    ]);
    const tables = await it.rows<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    for (const { name } of tables)
      expect(JSON.stringify(await it.rows(`select * from "${name}"`)), name).not.toContain(n1.rootPassword);
    expect(it.panel.output()).not.toContain(n1.rootPassword);
  });

  test("odd but allowed names come back word for word on the node, on the pages and in the database", {
    tag: ["@S12", "@S13", "@S15"],
  }, async () => {
    const { page } = it;
    expect(await n1.sh(["stat", "-c", "%n %F %a", VM_DIR, SECOND_DIR, IMAGES, "/share"])).toBe(
      `${VM_DIR} directory 711\n${SECOND_DIR} directory 711\n${IMAGES} directory 755\n/share directory 755\n`,
    );
    expect(await n1.sh(["vgs", "--noheadings", "-o", "vg_tags", VG])).toContain("spindle.storage=st_");
    expect(await it.rows("select name, image_dir, share_dir from clusters")).toEqual([
      { name: CLUSTER, image_dir: IMAGES, share_dir: "/share" },
    ]);
    expect(await it.rows("select name, config, is_main from storages order by created_at")).toEqual([
      { name: FILES, config: { vmDir: VM_DIR }, is_main: true },
      { name: GROUP, config: { vgName: VG, wipe: false }, is_main: false },
      { name: SECOND, config: { vmDir: SECOND_DIR }, is_main: false },
    ]);
    await page.goto("/");
    await page.getByRole("link", { name: CLUSTER, exact: true }).first().click();
    await expect(page.getByRole("heading", { name: CLUSTER, exact: true })).toBeVisible();
    for (const name of [FILES, GROUP, SECOND])
      await expect(page.getByRole("columnheader").getByRole("link", { name, exact: true })).toBeVisible();
    await expect(status(page, n1)).toHaveText("Active", SHOWN);
  });

  test("two storages on one partition are counted once, on the cluster's page and on the overview", {
    tag: "@S08",
  }, async () => {
    const { page } = it;
    const bars = row(page, n1).getByRole("img");
    await expect(bars).toHaveCount(2, SHOWN);
    await expect(row(page, n1)).toContainText(`same partition as ${FILES}, counted there`);
    await page.getByRole("link", { name: "Overview" }).first().click();
    const line = page.getByRole("row").filter({ has: page.getByRole("link", { name: CLUSTER }) });
    await expect(line).toContainText(`counted with ${FILES}`);
    await expect(line.getByRole("img", { name: /used/ })).toHaveCount(2);
  });

  test("directories on three partitions are shown with the size of each", { tag: "@S14" }, async () => {
    const { page } = it;
    await page.getByRole("link", { name: FILES }).first().click();
    const table = page.getByRole("table", { name: "Directories and partitions" });
    for (const directory of [VM_DIR, IMAGES, "/share"]) {
      const size = Number((await n1.sh(["df", "-B1", "--output=size", directory])).trim().split(/\s+/).at(-1));
      const line = table
        .getByRole("row")
        .filter({ has: page.getByRole("rowheader", { name: directory, exact: true }) });
      const said = /\/ ([\d.]+) (MiB|GiB)/.exec((await line.textContent()) ?? "");
      expect(said, directory).not.toBeNull();
      const bytes = Number(said![1]) * (said![2] === "GiB" ? 2 ** 30 : 2 ** 20);
      expect(Math.abs(bytes - size) / size, `${directory}: ${said![0]} beside ${size}`).toBeLessThan(0.01);
    }
    await expect(table.getByRole("row")).toHaveCount(4);
  });

  test("a node of the cluster is not added again", {
    tag: "@P02",
  }, async () => {
    const { page } = it;
    await page.getByRole("link", { name: CLUSTER }).first().click();
    await page.getByRole("button", { name: "Add nodes" }).click();
    await addMachine(page, n1);
    const address = page.getByLabel("Address", { exact: true });
    await expect(address).toHaveAccessibleDescription(
      new RegExp(`This address is the node n1 of the cluster ${CLUSTER}\\.`),
    );
    await expect(page.getByRole("article")).toHaveCount(0);
  });

  test("one more node joins by the panel's own key, put in by hand, and its only group under the new name", {
    tag: ["@P01", "@S15", "@S16"],
  }, async () => {
    const { page } = it;
    await addMachine(page, { address: n2.address, rootPassword: null });
    const own = machine(page, n2.address);
    await expect(own).toContainText("Put this line into root’s authorized_keys");
    const line = (await own.locator("code").first().textContent()) ?? "";
    expect(line).toMatch(/^restrict ssh-ed25519 \S+ spindle:nd_\w+$/);
    await n2.sh(["sh", "-c", 'umask 077; mkdir -p /root/.ssh; echo "$1" >>/root/.ssh/authorized_keys', "x", line]);
    await confirmHostKey(page, n2);
    await lookEnded(page, n2.address);
    const group = requirement(page, n2.address, "Volume group", GROUP);
    await group.getByRole("button", { name: `Rename lvm0 to ${VG}` }).click();
    await expect(own).toContainText("ready to join");
    await next(page, "Review");
    shown = await plannedSteps(page);
    await confirmAndWait(page, "Add 1 node");
    expect(byPlace(await taskSteps(page))).toEqual(byPlace(shown));
    expect(await n2.sh("cat /root/.ssh/authorized_keys")).toBe(`${line}\n`);
    expect((await n2.sh(["vgs", "--noheadings", "-o", "vg_name"])).trim()).toBe(VG);
    expect(await n2.sh(["stat", "-c", "%n %F", VM_DIR, SECOND_DIR, IMAGES, "/share"])).toBe(
      [VM_DIR, SECOND_DIR, IMAGES, "/share"].map((path) => `${path} directory\n`).join(""),
    );
    await page.getByRole("link", { name: CLUSTER }).first().click();
    for (const node of [n1, n2]) await expect(status(page, node)).toHaveText("Active", SHOWN);
  });

  test("another storage becomes the main one after a look at every node: refused with the reason where a node has lost it", {
    tag: ["@S09", "@S11"],
  }, async () => {
    const { page } = it;
    const mains = () => it.rows("select name from storages where is_main");
    await page.getByRole("columnheader").getByRole("link", { name: GROUP, exact: true }).click();
    await n2.breakFault("vg-renamed", { vg: VG });
    const make = page.getByRole("button", { name: "Make it the main storage" });
    await make.click();
    await expect(page.getByText(`${GROUP} is lost on n2: it can’t be the main storage now.`)).toBeVisible(SHOWN);
    expect(await mains()).toEqual([{ name: FILES }]);
    await n2.mendFault("vg-renamed", { vg: VG });
    await expect(page.getByText(/lost on \d node/)).toHaveCount(0, BACK);
    await make.click();
    await expect(page.getByText("main storage", { exact: true })).toBeVisible(SHOWN);
    await expect(make).toHaveCount(0);
    expect(await mains()).toEqual([{ name: GROUP }]);
  });

  test("a directory that is gone, or something else in its place, is shown by itself with its reason, and so is its return", {
    tag: "@S13",
  }, async () => {
    const { page } = it;
    await page.getByRole("link", { name: CLUSTER }).first().click();
    await expect(status(page, n1)).toHaveText("Active", SHOWN);
    await n1.sh(["mv", VM_DIR, `${VM_DIR}.away`]);
    await expect(status(page, n1)).toHaveText("Active, 1 warning", SHOWN);
    const cause: Locator = await why(page, n1);
    await expect(cause).toContainText(`The directory ${VM_DIR} is missing.`);
    await n1.sh(["touch", VM_DIR]);
    await expect(cause).toContainText(`${VM_DIR} is not a directory.`, SHOWN);
    await n1.sh(["sh", "-c", 'rm "$1" && mv "$1.away" "$1"', "x", VM_DIR]);
    await expect(status(page, n1)).toHaveText("Active", BACK);
    await expect(row(page, n1)).toContainText(/\d\u2009%/);
    await expect(cause).toHaveText(/All is well again\./);
  });
});
