import { loadavg } from "node:os";
import type { Browser, BrowserContext, BrowserContextOptions } from "@playwright/test";
import type { PanelView } from "../lib/domain/dto.ts";
import type { TestPanel } from "../e2e/fixtures/panel.ts";
import { cpuSeconds } from "../e2e/support/processes.ts";
import { underLiveLoad } from "./live.ts";
import { readAtOnce } from "./readers.ts";
import { DRIVE, fillRows, LONG_TASK } from "./rows.ts";
import type { Benchmark } from "./run.ts";

const READERS = 20;
/** Requests of each address, times `--times`: twenty readers come in waves, and a twentieth of few waves is the worst one. */
const REQUESTS = 60;
const SLOWDOWN = 4;
const USABLE_MS = 120_000;

interface Addresses {
  /** With rows that somebody works through. */
  lists: string[];
  pages: string[];
  /** JSON that pages ask for by themselves. */
  routes: string[];
}

/** Every page of the panel, with the filters and orders that its lists have, and the routes that pages read. */
async function addressesOf(panel: TestPanel, cookie: string, draft: string): Promise<Addresses> {
  const answer = await fetch(`${panel.url}/api/clusters`, { headers: { cookie } });
  const [cluster] = ((await answer.json()) as PanelView).clusters;
  if (!cluster) throw new Error("there is no cluster");
  const [storage, other] = cluster.storages;
  const node = cluster.nodes[500];
  const change = `do=delete&ids=${DRIVE}`;
  const draftId = draft.split("/").at(-1);
  const input = encodeURIComponent(JSON.stringify({ verb: "delete", ids: [DRIVE] }));
  return {
    lists: ["/", `/clusters/${cluster.id}`, `/storages/${storage?.id}`, "/drives", "/tasks", "/audit"],
    pages: [
      ...[`/clusters/${cluster.id}?q=node-09`, `/clusters/${cluster.id}?wrong=1`, `/clusters/${cluster.id}/remove`],
      ...["", "/edit", "/remove", "/rotate-key"].map((rest) => `/nodes/${node?.id}${rest}`),
      ...["", "/edit", "/remove", "/parts?do=add"].map((rest) => `/storages/${other?.id}${rest}`),
      ...[
        `/drives?q=disk-3`,
        `/drives?storage=${other?.id}&sort=size&down=1`,
        "/drives?sort=node",
        "/drives?sort=used",
      ],
      ...["/drives?state=failed", `/drives/${DRIVE}`, "/drives/new", `/drives/change?${change}`],
      ...["/tasks?q=vm-77", "/tasks?show=trouble", `/tasks?node=${node?.id}`, "/tasks?sort=took", "/tasks?who=Ada"],
      ...[`/tasks/${LONG_TASK}`, "/tasks/tk_bench000000001"],
      ...["/audit?who=Ada", "/audit?action=drives.grow", "/audit?q=vm-77", "/audit?sort=-when"],
      ...["/settings", "/clusters/new", draft],
    ],
    routes: [
      ...["/api/clusters", "/api/tasks", "/api/usage/outlook", "/api/drives", "/api/auth/session"],
      ...[`/api/drives/plan?input=${input}`, "/api/search?q=node-07", "/api/search?q=vm-77", "/api/storage-kinds"],
      ...["/api/task-list", "/api/task-list?q=vm-77&sort=task", "/api/task-list/choices", "/api/administrators"],
      ...["/api/audit", "/api/audit?q=vm-77", "/api/audit/choices", `/api/drafts/${draftId}`],
      ...["", "/history", "/concerns", "/removal"].map((rest) => `/api/nodes/${node?.id}${rest}`),
      ...[`/api/storages/${storage?.id}/usage`, `/api/storages/${storage?.id}/removal`],
      ...[`/api/tasks/${LONG_TASK}`, `/api/tasks/${LONG_TASK}/log`, `/api/tasks/${LONG_TASK}/log?before=450000`],
    ],
  };
}

/** Runs in the page before its own scripts: remembers when it was usable. */
function watchUsable(): void {
  let isPressed = false;
  const press = () => {
    const search = document.querySelector<HTMLButtonElement>("header button[aria-keyshortcuts]:not([disabled])");
    if (!search) return;
    // Asked last, since it makes the browser lay the page out.
    const shown = [...document.querySelectorAll("main tbody tr th, main tbody tr td, main input:not([disabled])")];
    if (!shown.some((element) => (element as HTMLElement).checkVisibility())) return;
    isPressed = true;
    search.click();
  };
  const look = () => {
    if (!isPressed) press();
    if (document.querySelector("header dialog[open]")) Object.assign(window, { usableAt: performance.now() });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/**
 * One cold visit with a CPU four times slower. Usable: a row of the list, or a field of the form, is seen, and the
 * button of the search opens it; milliseconds since the visit began. JavaScript: what came over the wire of every
 * script that was asked for until then.
 */
async function visit(
  browser: Browser,
  signedIn: BrowserContextOptions,
  path: string,
): Promise<{ ms: number; jsKb: number }> {
  const context = await browser.newContext(signedIn);
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
    const scripts = new Map<string, number | null>();
    session.on("Network.requestWillBeSent", ({ requestId, type }) => {
      if (type === "Script") scripts.set(requestId, null);
    });
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) scripts.set(requestId, encodedDataLength);
    });
    await page.addInitScript(watchUsable);
    await page.goto(path, { waitUntil: "commit" });
    const usable = await page.waitForFunction(() => (window as { usableAt?: number }).usableAt, null, {
      timeout: USABLE_MS,
    });
    const ms = await usable.evaluate((at) => at ?? 0);
    const asked = [...scripts.keys()];
    while (asked.some((id) => scripts.get(id) === null)) await page.waitForTimeout(50);
    return { ms, jsKb: asked.reduce((sum, id) => sum + (scripts.get(id) ?? 0), 0) / 1024 };
  } finally {
    await context.close();
  }
}

/** The address of a wizard that is open. */
async function openWizard(context: BrowserContext): Promise<string> {
  const page = await context.newPage();
  await page.goto("/clusters/new");
  await page.waitForURL(/\/clusters\/new\/df_/);
  const { pathname } = new URL(page.url());
  await page.close();
  return pathname;
}

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const VISITS = 3;

/**
 * How quick pages are with 1,000 living nodes and years of rows: the slowest page's p95 on the server with 20 readers at
 * once (who share a session, as the reloading tabs of one administrator do), the slowest route's, JavaScript of the heaviest list and of the wizard, and when the slowest list is usable.
 */
export const pages: Benchmark = async ({ times, only, say }) =>
  underLiveLoad({ env: {}, fill: fillRows, say }, async ({ panel, browser, page }) => {
    const draft = await openWizard(page.context());
    const headers = { cookie: await panel.signIn() };
    const { lists, pages: others, routes } = await addressesOf(panel, headers.cookie, draft);
    const load = () => `load ${loadavg()[0]?.toFixed(1)}`;
    const isWanted = (path: string) => only.length === 0 || only.some((word) => path.includes(word));
    const slowest = { page: { path: "", p95: 0 }, route: { path: "", p95: 0 } };
    for (const path of [...lists, ...others, ...routes].filter(isWanted)) {
      const asked = { readers: READERS, headers };
      await readAtOnce(panel.url + path, { ...asked, count: READERS });
      const before = await cpuSeconds(panel.pid);
      const { p50, p95, kb } = await readAtOnce(panel.url + path, { ...asked, count: REQUESTS * times });
      const cpu = ((await cpuSeconds(panel.pid)) - before) / REQUESTS / times;
      const kind = path.startsWith("/api/") ? "route" : "page";
      if (p95 > slowest[kind].p95) slowest[kind] = { path, p95 };
      say(
        `${path}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, ${kb.toFixed(1)} kB, ${(cpu * 1000).toFixed(1)} ms of the panel's CPU; ${load()}`,
      );
    }
    const signedIn = { baseURL: panel.url, storageState: await page.context().storageState() };
    const seen: { path: string; ms: number; jsKb: number }[] = [];
    for (const path of [...lists, draft].filter(isWanted)) {
      const visits: Awaited<ReturnType<typeof visit>>[] = [];
      for (let number = 0; number < VISITS; number += 1) visits.push(await visit(browser, signedIn, path));
      const [ms, jsKb] = [middle(visits.map((each) => each.ms)), middle(visits.map((each) => each.jsKb))];
      seen.push({ path, ms, jsKb });
      say(`${path}: usable after ${ms.toFixed(0)} ms, ${jsKb.toFixed(1)} kB of JavaScript; ${load()}`);
    }
    const ofLists = seen.filter((each) => each.path !== draft);
    return {
      p95_ms: Math.round(slowest.page.p95 * 10) / 10,
      slowest: slowest.page.path,
      routes_p95_ms: Math.round(slowest.route.p95 * 10) / 10,
      slowest_route: slowest.route.path,
      js_kb: Math.round(Math.max(0, ...ofLists.map((each) => each.jsKb))),
      wizard_js_kb: Math.round(seen.find((each) => each.path === draft)?.jsKb ?? 0),
      usable_ms: Math.round(Math.max(0, ...seen.map((each) => each.ms))),
    };
  });
