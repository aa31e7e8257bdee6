import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator } from "@playwright/test";
import type { z } from "zod";
import { connect } from "../../lib/db/client.ts";
import {
  clusterName,
  directoryPath,
  joinPassword,
  nodeAddress,
  storageName,
  userName,
  volumeGroupName,
} from "../../lib/domain/names.ts";
import { isStorable } from "../../lib/domain/storable.ts";
import { visible } from "../../lib/domain/visible.ts";
import { en } from "../../lib/messages/en.ts";
import { parseKeyFile } from "../../lib/secrets/keyring.ts";
import { unseal } from "../../lib/secrets/seal.ts";
import { actionNamed, callAction } from "../fixtures/actions.ts";
import { get } from "../fixtures/http.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, test } from "../fixtures/test.ts";
import { SEED, SEEDED } from "../support/seed.ts";
import { expectJudged, expectKept, expectUnharmed, MARKUP, refuseDialogs, STRINGS, type } from "../verbs/hostile.ts";
import { addStorage, openWizard } from "../verbs/wizard.ts";

/** Each is a machine of its own to add: one of every kind, and the two that no password can be. */
const PASSWORDS = [
  ...[" ", "it's", "$(touch /tmp/spindle-was-here)", "-rf", "\u001b[31mred\u001b[0m", "\u202Etxt.exe", "\\", MARKUP[0]],
  ...["nul\0character", "x".repeat(10_000)],
];

const door = en.pages.door;

test.beforeEach(refuseDialogs);

test("the wizard refuses hostile names and directories beside their fields, and keeps and shows them as typed", {
  tag: ["@S05", "@S12", "@S15"],
}, async ({ page, panel }) => {
  test.setTimeout(120_000);
  await page.goto(panel.url);
  await openWizard(page);
  const name = page.getByLabel(en.wizard.name.label);
  for (const value of [...STRINGS, MARKUP[0]]) await expectJudged(name, clusterName, await type(name, value));
  await expectKept(page, (data) => data.name, MARKUP[0]);
  await page.goto(`${page.url().split("?")[0]}?step=storages`);

  await addStorage(page, { kind: "LVM", name: "lvm" });
  const group = page.getByLabel("Volume group for VMs");
  for (const value of STRINGS) await expectJudged(group, volumeGroupName, await type(group, value));
  await type(group, "lvm0");
  await addStorage(page, { kind: "File", name: "file" });
  const own = page.getByLabel("Name", { exact: true });
  const fields: [Locator, z.ZodType][] = [
    [own, storageName],
    [page.getByLabel("VM directory"), directoryPath],
    [page.getByLabel(en.wizard.storages.imageDir), directoryPath],
    [page.getByLabel(en.wizard.storages.shareDir), directoryPath],
  ];
  for (const value of STRINGS) {
    const typed: string[] = [];
    for (const [field] of fields) typed.push(await type(field, value));
    await expectKept(page, (data) => data.shareDir, typed[3]!);
    for (const [index, [field, rule]] of fields.entries()) await expectJudged(field, rule, typed[index]!);
  }

  // Refused or not, a draft keeps what was typed, and shows it as text.
  const kept = ["\u202Etxt.exe", "\u001b[31mred\u001b[0m", MARKUP[0], "it's $HOME", "zero\u200Bwidth", "../../etc"];
  for (const [index, value] of kept.entries()) {
    if (index > 0) await addStorage(page, { kind: "File", name: "x" });
    await own.fill(value);
    await page.getByLabel("VM directory").fill(value);
  }
  await expectKept(page, (data) => data.storages.at(-1)?.config.vmDir, kept.at(-1)!);
  for (const step of ["storages", "main", "review", "name"]) {
    await page.goto(`${page.url().split("?")[0]}?step=${step}`);
    await expect(page.getByRole("heading", { level: 2 }).first()).toBeVisible();
    if (step !== "name") for (const value of kept) await expect(page.getByText(visible(value)).first()).toBeVisible();
    await expectUnharmed(page);
  }
  await expect(name).toHaveValue(MARKUP[0]);
  await page.goto(`${page.url().split("?")[0]}?step=storages`);
  await page.getByRole("button", { name: `Edit ${visible(kept[0]!)}` }).click();
  await expect(own).toHaveValue(kept[0]!);
  await expect(page.getByLabel("VM directory")).toHaveValue(kept[0]!);
});

/** Every password that the panel keeps, opened with its key. */
async function keptPasswords(panel: TestPanel): Promise<string[]> {
  const path = join(panel.dataDir, "key", "master.key");
  const [key] = parseKeyFile(await readFile(path, "utf8"), path);
  const sql = connect(panel.databaseUrl!, 1);
  const rows = await sql<{ id: string; purpose: string; sealed: Buffer; row: string }[]>`
    select id, purpose, sealed, secrets::text as row from secrets where purpose = 'join-password' order by id`;
  await sql.end();
  return rows.map(({ id, purpose, sealed, row }) => {
    const value = unseal(key!, { table: "secrets", row: id, purpose }, sealed);
    if (value.length > 1) expect(row).not.toContain(value);
    return value;
  });
}

test("a machine's address, port and user are refused beside their fields; a password takes anything and is sealed as typed", {
  tag: ["@S05", "@P01"],
}, async ({ page, panel }) => {
  await page.goto(panel.url);
  await openWizard(page);
  await page.goto(`${page.url().split("?")[0]}?step=nodes`);
  await page.getByRole("button", { name: en.wizard.nodes.add }).click();
  const address = page.getByLabel(en.wizard.nodes.address, { exact: true });
  const port = page.getByLabel(en.wizard.nodes.port, { exact: true });
  const user = page.getByLabel(en.wizard.nodes.user, { exact: true });
  const password = page.getByLabel(en.wizard.nodes.password, { exact: true }).and(page.locator("input[type=password]"));
  const add = page.getByRole("button", { name: en.wizard.nodes.addOne, exact: true });
  const answered = () =>
    page.waitForResponse((response) => response.request().method() === "POST" && response.url().startsWith(panel.url));
  const submit = async () => {
    await Promise.all([answered(), add.click()]);
    await expect(add).toBeEnabled();
  };
  await password.fill("x");
  for (const value of STRINGS) {
    await address.fill(value);
    await port.fill(value);
    await user.fill(value);
    await submit();
    await expectJudged(address, nodeAddress, (await address.inputValue()).trim());
    await expectJudged(user, userName, (await user.inputValue()).trim());
    await expect(port).toHaveAttribute("aria-invalid", "true");
    await expect(port).toHaveAccessibleDescription(/\S/);
  }
  await expectUnharmed(page);

  const sealed: string[] = [];
  for (const [index, value] of PASSWORDS.entries()) {
    if (!(await address.isVisible())) await page.getByRole("button", { name: en.wizard.nodes.add }).click();
    await address.fill(`127.9.9.${index + 1}`);
    await port.fill("1");
    await user.fill("root");
    await password.fill(value);
    const typed = await password.inputValue();
    await Promise.all([answered(), add.click()]);
    if (joinPassword.safeParse(typed).success) {
      // What no text can carry is replaced on the way, here as in the page.
      sealed.push(typed.toWellFormed());
      await expect(address).toHaveCount(0);
    } else await expectJudged(password, joinPassword, typed);
  }
  expect(sealed.length).toBe(PASSWORDS.length - 2);
  expect((await keptPasswords(panel)).toSorted()).toEqual(sealed.toSorted());
  await expectUnharmed(page);

  await page.getByRole("button", { name: en.wizard.nodes.paste }).click();
  const list = page.getByLabel(en.wizard.nodes.list);
  const lines = STRINGS.filter((value) => value.trim() !== "" && !/[\r\n]/.test(value));
  await list.fill(lines.join("\n"));
  await page.getByRole("button", { name: /^Add \d+ machines$/ }).click();
  await expect(list).toHaveAttribute("aria-invalid", "true");
  await expect(list).toHaveValue(lines.join("\n").toWellFormed());
  await expect(list).toHaveAccessibleDescription(new RegExp(`Line 1: .*Line ${lines.length}: `, "s"));
  await expectUnharmed(page);
});

test.describe("a cluster that is there", () => {
  test.use({ panelOptions: SEEDED });

  test("the cluster page's filter takes anything, in the page and in the address", async ({ page, panel }) => {
    const cluster = `${panel.url}/clusters/${SEED.cluster.id}`;
    await page.goto(cluster);
    const filter = page.getByLabel(en.pages.cluster.filter);
    const q = () => new URL(page.url()).searchParams.get("q") ?? "";
    for (const value of STRINGS) {
      await filter.fill(value);
      const typed = (await filter.inputValue()).toWellFormed();
      await expect(filter).toHaveValue(typed);
      await expect.poll(q).toBe(typed);
    }
    for (const value of [MARKUP[0], "\u202Etxt.exe", "nul\0character", "\u{1F600}".repeat(5_000)]) {
      await filter.fill(value);
      const typed = await filter.inputValue();
      await expect.poll(q).not.toBe("");
      await page.reload();
      await expect(filter).toHaveValue(typed);
      await expect(page.getByRole("rowheader")).toHaveCount(0);
      await expectUnharmed(page);
    }
  });
});

/** What is asked for by texts of the address. */
const ASKED: Record<string, readonly string[]> = {
  "/api/search": ["q"],
  "/api/task-list": ["q", "kind", "cluster", "node", "who", "after", "show", "sort"],
  "/api/audit": ["q", "who", "action", "entity", "from", "after", "sort"],
  "/api/tasks": ["cluster", "state", "limit"],
  "/api/drives": ["q"],
  "/api/drives/plan": ["input"],
  "/tasks": ["q", "kind", "who", "node"],
  "/audit": ["q", "who", "entity"],
  "/drives": ["q", "storage"],
};

/** Routes and pages of one thing. */
const ONE = [
  ...["/api/tasks/ID", "/api/tasks/ID/log", "/api/nodes/ID", "/api/nodes/ID/history", "/api/nodes/ID/removal"],
  ...["/api/nodes/ID/concerns", "/api/storages/ID/usage", "/api/storages/ID/removal", "/api/clusters/ID/removal"],
  ...["/api/drafts/ID", "/tasks/ID", "/nodes/ID", "/storages/ID/remove", "/clusters/ID/remove", "/clusters/new/ID"],
];

/** Actions with a text that goes to the database, each with what it takes beside. */
const SENT: Record<string, (value: string) => Record<string, unknown>> = {
  startJoinDraft: (clusterId) => ({ clusterId }),
  startStorageDraft: (clusterId) => ({ clusterId }),
  discardDraft: (draftId) => ({ draftId }),
  confirmDraftNodeKey: (value) => ({ draftId: value, key: value, fingerprint: value }),
  chooseForDraftNode: (value) => ({ draftId: value, key: value, storageKey: value, choice: value, value }),
  cancelTaskAction: (taskId) => ({ taskId }),
  replanTaskAction: (taskId) => ({ taskId }),
  setNodeMode: (nodeId) => ({ nodeId, mode: "maintenance" }),
  editNode: (value) => ({ nodeId: value, name: value, address: value, port: 22 }),
  setMainStorage: (storageId) => ({ storageId }),
  setStorageEnabled: (storageId) => ({ storageId, isEnabled: true }),
  editStorage: (value) => ({ storageId: SEED.fast.id, name: value, settings: { [value.slice(0, 60)]: value } }),
  removeStorage: (value) => ({ storageId: value, isForced: true, digest: "0".repeat(64), typed: value }),
  removeCluster: (value) => ({ clusterId: value, isForced: true, digest: "0".repeat(64), typed: value }),
  protectDrives: (value) => ({ ids: [value], isProtected: true }),
  endSessions: (userId) => ({ userId }),
  removeAdministrator: (userId) => ({ userId }),
};

test.describe("everything that takes text", () => {
  test.use({ panelOptions: SEEDED });

  test("no text that is asked for or sent is an error of the panel's own: what no row can bear finds nothing, or is refused", {
    tag: ["@P13"],
  }, async ({ panel }) => {
    test.setTimeout(240_000);
    const cookie = await panel.signIn();
    for (const value of STRINGS) {
      for (const [path, names] of Object.entries(ASKED))
        for (const name of names) {
          const answer = await get(panel, `${path}?${new URLSearchParams({ [name]: value })}`, { cookie });
          expect(answer.status, `${path}, ${name}, ${visible(value).slice(0, 60)}`).toBeLessThan(500);
        }
      // A browser takes dots and nothing for another address.
      if (/^\.*$|[/.]/.test(value)) continue;
      for (const path of ONE) {
        const answer = await get(panel, path.replace("ID", encodeURIComponent(value.toWellFormed())), { cookie });
        expect(answer.status, `${path}, ${visible(value).slice(0, 60)}`).toBeLessThan(500);
      }
    }
    for (const value of ["nul\0character", "\0"]) {
      const query = (name: string) => new URLSearchParams({ [name]: value });
      expect((await get(panel, `/api/search?${query("q")}`, { cookie })).body).toEqual({ hits: [] });
      for (const name of ["q", "who", "node", "cluster"])
        expect((await get(panel, `/api/task-list?${query(name)}`, { cookie })).body).toEqual({ rows: [], next: null });
      for (const name of ["q", "who", "entity"])
        expect((await get(panel, `/api/audit?${query(name)}`, { cookie })).body).toEqual({ rows: [], next: null });
    }
    for (const [name, inputOf] of Object.entries(SENT)) {
      const action = await actionNamed(name);
      for (const value of STRINGS) {
        const { result } = await callAction(panel, action, inputOf(value), { cookie });
        const about = `${name}, ${visible(value).slice(0, 60)}`;
        expect(result?.ok, about).toBe(false);
        expect(result, about).not.toMatchObject({ error: { code: "internal" } });
        if (!isStorable(value)) expect(result, about).toMatchObject({ error: { code: "invalid-input" } });
      }
    }
  });
});

test.describe("the doors", () => {
  test.use({ panelOptions: { begin: "bare" } });

  test("refuse hostile accounts beside their fields, and show the name of one that is taken as text", async ({
    page,
    panel,
  }) => {
    await page.goto(panel.setupUrl!);
    const fields = [page.getByLabel(door.name), page.getByLabel(door.email)] as const;
    const password = page.getByLabel(door.password, { exact: true });
    const submit = page.getByRole("button", { name: door.setup.submit });
    const answered = () => page.waitForResponse((response) => response.request().method() === "POST");
    for (const value of STRINGS) {
      for (const field of fields) await field.fill(value);
      await password.fill(value);
      await Promise.all([answered(), submit.click()]);
      await expect(submit).toBeEnabled();
      await expect(fields[1]).toHaveAttribute("aria-invalid", "true");
      await expect(fields[1]).toHaveAccessibleDescription(/\S/);
      const name = (await fields[0].inputValue()).trim();
      const bad = name === "" || name.length > 100 || /[\0\uFFFD]/.test(name) || !name.isWellFormed();
      if (bad) await expect(fields[0]).toHaveAttribute("aria-invalid", "true");
      else await expect(fields[0]).not.toHaveAttribute("aria-invalid", "true");
    }
    await expectUnharmed(page);
    const name = `it's ${MARKUP[0]} \u202Etxt \u001b[31m $(id)`;
    await fields[0].fill(name);
    await fields[1].fill("grace@example.net");
    await password.fill("`\"'\\ $(id) \u202E <b>");
    await submit.click();
    await expect(page).toHaveURL(`${panel.url}/`);
    await page.goto(`${panel.url}/settings`);
    await expect(page.getByText(visible(name), { exact: true }).first()).toBeVisible();
    await expectUnharmed(page);
    await page.getByRole("button", { name: en.pages.settings.signOut }).click();
    await expect(page).toHaveURL(`${panel.url}/sign-in`);

    const [email, secret] = [page.getByLabel(door.email), page.getByLabel(door.password, { exact: true })];
    const enter = page.getByRole("button", { name: door.signIn });
    await email.fill("grace@example.net");
    await secret.fill("`\"'\\ $(id) \u202E <b>");
    await enter.click();
    await expect(page).toHaveURL(`${panel.url}/`);
    await page.goto(`${panel.url}/settings`);
    await page.getByRole("button", { name: en.pages.settings.signOut }).click();
    await expect(page).toHaveURL(`${panel.url}/sign-in`);
    for (const value of STRINGS) {
      await email.fill(value);
      await secret.fill(value);
      await Promise.all([answered(), enter.click()]);
      await expect(enter).toBeEnabled();
      const said = page.getByRole("alert").or(page.locator("[aria-invalid=true]"));
      await expect(said.first()).toBeVisible();
      await expect(page.getByText(en.errors.internal)).toHaveCount(0);
    }
    await expectUnharmed(page);
  });
});
