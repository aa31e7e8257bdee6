import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page, Route } from "@playwright/test";
import { connect } from "../../lib/db/client.ts";
import { en } from "../../lib/messages/en.ts";
import { parseKeyFile } from "../../lib/secrets/keyring.ts";
import { seal } from "../../lib/secrets/seal.ts";
import { newKeyPair } from "../../lib/ssh/keys.ts";
import type { TestPanel } from "../fixtures/panel.ts";
import { expect, test as base } from "../fixtures/test.ts";
import { SEED, seedPanel } from "../support/seed.ts";
import { addMachine, addStorage, lookEnded, next, openWizard } from "../verbs/wizard.ts";

/**
 * What every page looks like while it loads, empty, failed and full, compared with the pictures kept in `pictures/`.
 * Every state is reached by what causes it: a database with rows or without, one that is slow, one that is gone.
 */

const DESKTOP = { width: 1350, height: 900 };
const PHONE = { width: 390, height: 844 };
const { overview, tasks } = en.pages;
const cluster = `/clusters/${SEED.cluster.id}`;

const test = base.extend<{ hasRows: boolean }>({
  hasRows: [true, { option: true }],
  panelOptions: async ({ hasRows }, use) => use(hasRows ? { fill } : {}),
  // What is found of the nodes stands in every page's navigation.
  page: async ({ page, hasRows }, use) => {
    if (hasRows) {
      await page.goto(cluster);
      const gone = page.getByRole("cell").filter({ hasText: en.common.node.unreachable });
      await expect(gone).toHaveCount(1, { timeout: 30_000 });
    }
    await use(page);
  },
});

// The stylesheet that is laid over each picture is refused by the panel's policy, which other tests hold it to.
test.use({ bypassCSP: true });
test.describe.configure({ mode: "parallel", timeout: 120_000 });

/** Rows that say the same for hours: old figures, and one node alone that is looked at, by a key that is kept. */
async function fill({ databaseUrl, dataDir }: { databaseUrl: string; dataDir: string }): Promise<void> {
  await seedPanel(databaseUrl);
  const sql = connect(databaseUrl, 1);
  for (const table of ["node_last", "storage_last", "volumes_last"])
    await sql`update ${sql(table)} set measured_at = measured_at - interval '3 hours'`;
  await sql`update nodes set membership = 'leaving' where name = 'kvm-02'`;
  await sql`update nodes set membership = 'joining' where name = 'kvm-03'`;
  const file = join(dataDir, "key", "master.key");
  const [key] = parseKeyFile(await readFile(file, "utf8"), file);
  const place = { table: "secrets", row: "se_seed", purpose: "node-key" };
  const sealed = seal(key!, place, newKeyPair().privateKey);
  await sql`insert into secrets (id, purpose, key_id, sealed) values (${place.row}, ${place.purpose}, ${key!.id}, ${sealed})`;
  await sql.end();
}

/** Words that no two runs share: ids of requests, errors and the panel, keys; and the time axis of a chart with what it says. */
const MOVING = [
  "canvas",
  "section:has(canvas) p",
  "main p:text-matches('^Request |^[0-9]{6,}$')",
  "code:text-matches('spindle.panel=|ssh-ed25519')",
  "pre:text-matches('ssh-ed25519')",
];

async function picture(page: Page, name: string, part?: Locator): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  const mask = MOVING.map((selector) => page.locator(selector));
  await expect.soft(part ?? page).toHaveScreenshot(`${name}.png`, { mask, maskColor: "#b0b0b0" });
}

/** On a desk in the light, then on a phone in the dark. */
async function bothPictures(page: Page, name: string): Promise<void> {
  await picture(page, name);
  await page.setViewportSize(PHONE);
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, `${name}-phone`);
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: "light" });
}

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.locator("[data-live=live]")).toBeVisible();
}

/** Opens a page and waits until nothing of it is on its way. */
async function openWhole(page: Page, url: string): Promise<void> {
  await open(page, url);
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
}

const edges = {
  emptyStorage: "/storages/st_seedfile000002",
  nodeRemoval: `/nodes/${SEED.node.id}/remove`,
  clusterRemoval: `/clusters/${SEED.empty.id}/remove`,
  storageRemoval: `/storages/${SEED.fast.id}/remove`,
  parts: `/storages/${SEED.fast.id}/parts?do=add&node=${SEED.node.id}`,
  deletion: `/drives/change?do=delete&ids=${SEED.drive.id}`,
};

test.describe("full", () => {
  test("pages of what there is", async ({ page }) => {
    for (const [name, path] of [
      ["overview", "/"],
      ["cluster", `${cluster}?why=${SEED.node.id}`],
      ["node", `/nodes/${SEED.node.id}`],
      ["storage", `/storages/${SEED.main.id}?node=${SEED.node.id}&range=quarter`],
      ["drives", "/drives"],
      ["drive", `/drives/${SEED.drive.id}`],
      ["tasks", "/tasks"],
      ["task", `/tasks/${SEED.undone}`],
      ["settings", "/settings"],
      ["audit", "/audit"],
    ] as const) {
      await openWhole(page, path);
      await bothPictures(page, `${name}-full`);
    }
    // Its physical volumes.
    await openWhole(page, `/storages/${SEED.fast.id}`);
    await picture(page, "storage-lvm-full");
  });

  test("pages that change something, and the one of nothing", async ({ page, guard }) => {
    guard.allow(/404 \(Not Found\)/);
    for (const [name, path] of [
      ["drives-new", "/drives/new?label=web"],
      ["drives-change", `/drives/change?do=grow&ids=${SEED.drive.id},dr_seed0000000002`],
      ["cluster-remove", edges.clusterRemoval],
    ] as const) {
      await openWhole(page, path);
      await bothPictures(page, `${name}-full`);
    }
    for (const [name, path] of [
      ["node-edit", `/nodes/${SEED.node.id}/edit`],
      ["node-remove", edges.nodeRemoval],
      ["node-key", `/nodes/${SEED.node.id}/rotate-key`],
      ["storage-edit", `/storages/${SEED.fast.id}/edit`],
      ["storage-remove", edges.storageRemoval],
      ["not-found", "/nodes/nd_nobody"],
    ] as const) {
      await openWhole(page, path);
      await picture(page, `${name}-full`);
    }
  });
});

test.describe("empty", () => {
  test("a cluster without nodes, and filters that nothing fits", async ({ page }) => {
    for (const [name, path] of [
      ["cluster", `/clusters/${SEED.empty.id}`],
      ["storage", edges.emptyStorage],
      ["drives-filter", "/drives?q=nothing"],
    ] as const) {
      await openWhole(page, path);
      await bothPictures(page, `${name}-empty`);
    }
    for (const [name, path] of [
      ["cluster-filter", `${cluster}?q=nothing`],
      ["tasks-filter", "/tasks?q=nothing"],
      ["audit-filter", "/audit?q=nothing"],
    ] as const) {
      await openWhole(page, path);
      await picture(page, `${name}-empty`);
    }
  });
});

test.describe("a new panel", () => {
  test.use({ hasRows: false });

  test("a panel without a cluster", async ({ page }) => {
    for (const [name, path] of [
      ["overview", "/"],
      ["drives", "/drives"],
      ["tasks", "/tasks"],
    ] as const) {
      await openWhole(page, path);
      await bothPictures(page, `${name}-empty`);
    }
    await openWhole(page, "/drives/new");
    await picture(page, "drives-new-empty");
    await page.context().clearCookies();
    await page.goto("/sign-in");
    await bothPictures(page, "sign-in-full");
  });

  test("the steps of the wizard", async ({ page }) => {
    await openWizard(page);
    await page.getByLabel(en.wizard.name.label).fill("fra-kvm");
    await expect(page.getByText(en.wizard.saved)).toBeVisible();
    await bothPictures(page, "wizard-name-full");
    await next(page, "Storages");
    await picture(page, "wizard-storages-empty");
    await addStorage(page, { kind: "File", name: "ssd" });
    await addStorage(page, { kind: "LVM", name: "fast", fields: { "Volume group for VMs": "lvm0" } });
    await expect(page.getByText(en.wizard.saved)).toBeVisible();
    await bothPictures(page, "wizard-storages-full");
    await next(page, "Main storage");
    await picture(page, "wizard-main-full");
    await next(page, "Nodes");
    await bothPictures(page, "wizard-nodes-empty");
    await addMachine(page, { address: "127.9.0.77", rootPassword: null });
    await lookEnded(page, "127.9.0.77");
    await bothPictures(page, "wizard-nodes-failed");
    await openWhole(page, `${new URL(page.url()).pathname}?step=review`);
    await bothPictures(page, "wizard-review-full");
  });

  test.describe("a panel without an administrator", () => {
    test.use({ panelOptions: { begin: "bare" } });

    test("the set-up page, with its link and without", async ({ page, panel }) => {
      await page.goto("/setup");
      await expect(page.getByText(en.pages.door.noTokenTitle)).toBeVisible();
      await picture(page, "setup-empty");
      await page.goto("about:blank");
      await page.goto(panel.setupUrl ?? "");
      await bothPictures(page, "setup-full");
    });
  });
});

/** What the page asks for waits until `look` has ended; the page itself comes. */
async function whileHeld(page: Page, url: RegExp, look: () => Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  await page.route(url, (route) => passAfter(over.promise, route));
  await look();
  over.resolve();
  await page.unrouteAll({ behavior: "wait" });
}

async function passAfter(moment: Promise<void>, route: Route): Promise<void> {
  if (route.request().resourceType() !== "document") await moment;
  await route.continue();
}

/** The database answers nobody who reads this table, until `look` has ended. */
async function whileLocked({ databaseUrl }: TestPanel, table: string, look: () => Promise<void>): Promise<void> {
  const sql = connect(databaseUrl ?? "", 1);
  await sql.begin(async (tx) => {
    await tx`lock table ${tx(table)} in access exclusive mode`;
    await look();
  });
  await sql.end();
}

test.describe("loading", () => {
  const arrive = async (page: Page, name: string) => {
    await expect(page.locator("main [aria-busy=true]").first()).toBeVisible();
    await picture(page, `${name}-loading`);
  };

  test("parts that the browser asks for", async ({ page }) => {
    for (const [name, path, asked] of [
      ["storage", `/storages/${SEED.fast.id}`, /\/usage\?/],
      ["settings", "/settings", /\/api\/administrators/],
      // Days are the reader's own: only the browser knows which moments those are.
      ["audit", "/audit?from=2026-01-01", /\/api\/audit\?/],
      ["node-remove", edges.nodeRemoval, /\/removal/],
      ["storage-remove", edges.storageRemoval, /\/removal/],
      ["cluster-remove", edges.clusterRemoval, /\/removal/],
      ["drives-new", "/drives/new?label=web", /\/api\/drives\/plan/],
      ["drives-change", edges.deletion, /\/api\/drives\/plan/],
      ["storage-parts", edges.parts, /\/parts\?/],
    ] as const) {
      await whileHeld(page, asked, async () => {
        await open(page, path);
        await arrive(page, name);
      });
    }
    await openWhole(page, "/tasks");
    await whileHeld(page, /\/api\/task-list\?/, async () => {
      await page.getByLabel(tasks.filterText).fill("join");
      await arrive(page, "tasks");
    });
  });

  test("pages that a slow database holds up", async ({ page, panel }) => {
    await openWhole(page, "/tasks");
    await whileLocked(panel, "task_log", async () => {
      await page.locator(`a[href="/tasks/${SEED.undone}"]`).click();
      await arrive(page, "task");
    });
    // Its draft is made first, then read: both look the same.
    for (const table of ["drafts", "draft_nodes"]) {
      await openWhole(page, "/");
      await whileLocked(panel, table, async () => {
        await page.getByRole("link", { name: overview.newCluster }).click();
        await arrive(page, "wizard");
      });
      await expect(page.getByLabel(en.wizard.name.label)).toBeVisible();
    }
  });
});

/** Nobody gets into the panel's database any more, and who is in it is put out; answers with the way back. */
async function takeDatabase(panel: TestPanel): Promise<() => Promise<void>> {
  const url = new URL(panel.databaseUrl ?? "");
  const name = url.pathname.slice(1);
  url.pathname = "/postgres";
  const sql = connect(url.href, 1);
  await sql`alter database ${sql(name)} allow_connections false`;
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
  await expect.poll(() => panel.output()).toContain("the database is away");
  return async () => {
    await sql`alter database ${sql(name)} allow_connections true`;
    await sql.end();
    await expect.poll(() => panel.output(), { timeout: 15_000 }).toContain("the database is back");
  };
}

interface Failing {
  /** Of the picture; pages that fail as a whole look the same. */
  name: string;
  path: string;
  /** Asked for by the page, and answered once the database is gone. */
  held?: RegExp;
  act?: (page: Page) => Promise<unknown>;
}

const follow = (href: string) => (page: Page) => page.locator(`main a[href="${href}"]`).first().click();
const FAILING: readonly Failing[] = [
  { name: "page", path: cluster, act: follow(`/nodes/${SEED.node.id}`) },
  { name: "page", path: cluster, act: follow(`/storages/${SEED.fast.id}`) },
  { name: "page", path: "/drives", act: follow(`/drives/${SEED.drive.id}`) },
  { name: "page", path: "/tasks", act: follow(`/tasks/${SEED.done}`) },
  { name: "settings", path: "/settings", held: /\/api\/administrators/ },
  { name: "audit", path: "/audit", act: (page) => page.getByLabel(en.audit.filterText).fill("join") },
  { name: "tasks", path: "/tasks", act: (page) => page.getByLabel(tasks.filterText).fill("join") },
  { name: "drives", path: "/drives", act: (page) => page.getByLabel(en.drives.filter).fill("web") },
  { name: "node-remove", path: edges.nodeRemoval, held: /\/removal/ },
  { name: "drives-new", path: "/drives/new?label=web", held: /\/api\/drives\/plan/ },
  { name: "storage-parts", path: edges.parts, held: /\/parts\?/ },
  { name: "wizard", path: "/", act: (page) => page.getByRole("link", { name: overview.newCluster }).click() },
];

test("failed", async ({ page: whole, panel, guard }) => {
  guard.allow(/500 \(Internal Server Error\)|React error #441/);
  const gone = Promise.withResolvers<void>();
  const opened: (Failing & { page: Page })[] = [];
  for (const each of FAILING) {
    const page = await whole.context().newPage();
    if (each.held) await page.route(each.held, (route) => passAfter(gone.promise, route));
    await open(page, each.path);
    opened.push({ ...each, page });
  }
  const giveBack = await takeDatabase(panel);
  gone.resolve();
  for (const { name, act, page } of opened) {
    await act?.(page);
    await expect(page.getByRole("button", { name: /^(Try|Look) again$/ })).toBeVisible();
    await picture(page, `${name}-failed`, page.getByRole("main"));
  }
  await whole.goto("/");
  const again = whole.getByRole("button", { name: en.common.retry });
  await expect(again).toBeVisible();
  await picture(whole, "panel-failed");
  await giveBack();
  await again.click();
  await expect(whole.getByRole("rowheader", { name: SEED.cluster.name })).toBeVisible();
});
