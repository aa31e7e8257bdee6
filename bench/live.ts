import { existsSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as span } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, expect, type Page } from "@playwright/test";
import globalSetup from "../e2e/fixtures/global-setup.ts";
import { startPanel, type TestPanel } from "../e2e/fixtures/panel.ts";
import { currentRun } from "../e2e/fixtures/run.ts";
import { runningServers } from "../e2e/fixtures/servers.ts";
import { signInContext } from "../e2e/fixtures/test.ts";
import config from "../playwright.config.ts";
import type { PanelView } from "../lib/domain/dto.ts";
import { warmSweep } from "./ansible.ts";
import { cpuSeconds, cpuSecondsOf, memoryMb, withChildren } from "../e2e/support/processes.ts";
import { replayScript } from "./replay.ts";
import type { Benchmark } from "./run.ts";
import { type Sshd, startSshd } from "./sshd.ts";
import { addressOf, makePanelOf } from "./thousand.ts";

const NODES = 1000;
const WARM_UP_MS = 60_000;
const MINUTES = 5;
const CONNECTED_MS = 180_000;
const MEASURED = fileURLToPath(new URL("measured.ts", import.meta.url));

const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;

/** Bytes that a page receives, as the browser counts them on the wire. */
async function countBytes(page: Page): Promise<() => number> {
  const session = await page.context().newCDPSession(page);
  let bytes = 0;
  await session.send("Network.enable");
  session.on("Network.dataReceived", ({ encodedDataLength, dataLength }) => {
    // A stream's parts are told without their length on the wire.
    bytes += encodedDataLength || dataLength;
  });
  return () => bytes;
}

/** Waits until every node's figures come in and all of them are well. */
async function connected(page: Page, say: (line: string) => void): Promise<void> {
  const begun = Date.now();
  const active = async () => {
    const answer = await page.request.get("/api/clusters");
    const { live } = (await answer.json()) as PanelView;
    return live.filter((node) => node.health === "active").length;
  };
  await expect.poll(active, { timeout: CONNECTED_MS, intervals: [2_000] }).toBe(NODES);
  say(`${NODES} nodes active after ${round((Date.now() - begun) / 1000, 1)} s; load ${loadavg()[0]?.toFixed(1)}`);
}

async function measure(panel: TestPanel, page: Page, minutes: number, file: string) {
  const servers = await runningServers(panel.dataDir);
  const server = servers[0] ?? 0;
  const bytes = await countBytes(page);
  await span(WARM_UP_MS);
  const pids = await withChildren(server);
  const before = {
    panel: await cpuSeconds(panel.pid),
    server: await cpuSecondsOf(pids),
    bytes: bytes(),
    at: Date.now(),
  };
  process.kill(panel.pid, "SIGUSR2");
  await span(minutes * 60_000);
  const rss = await memoryMb(panel.pid, "Rss");
  process.kill(panel.pid, "SIGUSR2");
  const seconds = (Date.now() - before.at) / 1000;
  const panelCpu = ((await cpuSeconds(panel.pid)) - before.panel) / seconds;
  const serverCpu = ((await cpuSecondsOf(pids)) - before.server) / seconds;
  const received = (bytes() - before.bytes) / 1024 / seconds;
  const pss = await Promise.all((await withChildren(server)).map((pid) => memoryMb(pid, "Pss")));
  await expect.poll(() => existsSync(file)).toBe(true);
  const seen = JSON.parse(await readFile(file, "utf8")) as { lagMs: number; grown: number };
  return {
    cpu_cores: round(panelCpu, 4),
    rss_mb: round(rss, 1),
    pg_cpu_cores: round(serverCpu, 4),
    pg_pss_mb: round(
      pss.reduce((sum, one) => sum + one, 0),
      1,
    ),
    lag_ms_p99: round(seen.lagMs, 1),
    heap_growth_kb_per_min: round(seen.grown / 1024 / minutes, 1),
    browser_kb_per_s: round(received, 2),
  };
}

/** A panel of a thousand nodes that are all followed, a browser that shows them, and what answers for the nodes. */
export interface LiveLoad {
  panel: TestPanel;
  browser: Browser;
  /** Shows the cluster. */
  page: Page;
  sshd: Sshd;
  /** Thrown away at the end. */
  folder: string;
}

interface LoadOptions {
  /** Of the panel's process. */
  env: Record<string, string>;
  /** Writes more rows before the panel starts; its database is open meanwhile. */
  fill?: () => Promise<void>;
  say: (line: string) => void;
}

/** Does `work` while the panel follows a thousand nodes at 1 Hz. */
export async function underLiveLoad<T>(options: LoadOptions, work: (load: LiveLoad) => Promise<T>): Promise<T> {
  const endRun = await globalSetup();
  const folder = await mkdtemp(join(tmpdir(), "spindle-bench-"));
  const run = currentRun();
  const dataDir = join(run.folder, `panel-${randomBytes(4).toString("hex")}`);
  const sshd = await makePanelOf({
    dataDir,
    count: NODES,
    admin: run.admin,
    startSshd: (recording) => startSshd(join(folder, "sshd"), replayScript(recording)),
    fill: options.fill,
  });
  const browser = await chromium.launch(config.use?.launchOptions);
  let panel: TestPanel | null = null;
  try {
    const env = { SPINDLE_LOG: "warn", ...options.env };
    panel = await startPanel({ begin: "embedded", dataDir, env });
    const context = await browser.newContext({ baseURL: panel.url });
    await signInContext(context, panel);
    const page = await context.newPage();
    await page.goto(panel.url);
    await page.getByRole("link", { name: "alpha", exact: true }).first().click();
    await connected(page, options.say);
    return await work({ panel, browser, page, sshd, folder });
  } finally {
    await browser.close();
    await panel?.stop();
    await sshd.stop();
    await rm(folder, { recursive: true, force: true });
    await endRun();
  }
}

/** What a thousand nodes cost: the panel with its database and one browser, after a minute, over five. */
export const live: Benchmark = async ({ minutes = MINUTES, say }) => {
  const file = join(tmpdir(), `spindle-measured-${randomBytes(4).toString("hex")}.json`);
  const env = { NODE_OPTIONS: `--import=${MEASURED}`, BENCH_MEASURED: file };
  return underLiveLoad({ env, say }, async ({ panel, page, sshd, folder }) => {
    const figures = await measure(panel, page, minutes, file);
    say(`${JSON.stringify(figures)}; load ${loadavg()[0]?.toFixed(1)}`);
    await page.context().close();
    await rm(file, { force: true });
    await panel.stop();
    const addresses = Array.from({ length: NODES }, (_, index) => addressOf(index));
    const sweep = await warmSweep(folder, addresses, sshd);
    say(`a warm sweep of ansible: ${round(sweep, 1)} s of CPU; load ${loadavg()[0]?.toFixed(1)}`);
    return { ...figures, ansible_cpu_ratio: round(sweep / figures.cpu_cores, 0) };
  });
};
