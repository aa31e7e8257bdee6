import { loadavg } from "node:os";
import { chromium, type Locator, type Page } from "@playwright/test";
import config from "../playwright.config.ts";
import type { TestPanel } from "../e2e/fixtures/panel.ts";
import globalSetup from "../e2e/fixtures/global-setup.ts";
import { signInContext } from "../e2e/fixtures/test.ts";
import { joinedPanel, type SceneName } from "../e2e/support/joined.ts";
import { nodesDown } from "../e2e/support/nodes.ts";
import type { Lab, LabNode } from "../lab/index.ts";
import type { Benchmark } from "./run.ts";
import { percentile } from "./statistics.ts";

/** A fault, the scene it is measured in, and the words that the node's row shows once the panel has proven it. */
interface Case {
  fault: string;
  /** The SAN's fault, where it is none of the node's. */
  san?: string;
  scene: SceneName;
  shows: RegExp;
}

const CASES: Case[] = [
  { fault: "dir-read-only", scene: "joined-file", shows: /read only/i },
  { fault: "vg-renamed", scene: "joined-lvm", shows: /Corrupted/ },
  { fault: "disk-pulled", scene: "joined-lvm", shows: /degraded|Corrupted/i },
  { fault: "cut", scene: "joined-lvm", shows: /Unknown|Unreachable/ },
  { fault: "frozen", scene: "joined-lvm", shows: /Unknown|Unreachable/ },
  { fault: "killed", scene: "joined-lvm", shows: /Unknown|Unreachable/ },
  // Both portals fall silent: nothing is refused, nothing answers.
  { fault: "target-lost", san: "portals-gone", scene: "joined-san", shows: /Corrupted/ },
];

/** Of waiting for false alarms. */
const MINUTES = 10;
const SHOWN_MS = 120_000;
const BACK_MS = 300_000;

interface Stage {
  lab: Lab;
  panel: TestPanel;
  page: Page;
  node: LabNode;
  row: Locator;
}

/** Waits until the row's text matches; answers with the browser's clock at the very change. */
function shownAt(row: Locator, shows: RegExp, timeoutMs: number): Promise<number> {
  return row.evaluate(
    (element, { source, flags, timeout }) =>
      new Promise<number>((resolve, reject) => {
        const pattern = new RegExp(source, flags);
        const look = () => {
          if (!pattern.test(element.textContent ?? "")) return;
          observer.disconnect();
          resolve(Date.now());
        };
        const observer = new MutationObserver(look);
        observer.observe(element, { childList: true, characterData: true, subtree: true });
        setTimeout(() => reject(new Error(`not ${source}, but ${element.textContent}`)), timeout);
        look();
      }),
    { source: shows.source, flags: shows.flags, timeout: timeoutMs },
  );
}

/** When the panel had proven the newest status of this run, by its own log. */
function provenAt(panel: TestPanel, since: number): number | null {
  for (const line of panel.output().split("\n").reverse()) {
    if (!line.includes('"message":"status changed"')) continue;
    const at = Date.parse((JSON.parse(line) as { at: string }).at);
    return at >= since ? at : null;
  }
  return null;
}

const seconds = (ms: number | null) => (ms === null ? null : Math.round(ms / 10) / 100);

async function openStage(browser: Awaited<ReturnType<typeof chromium.launch>>, scene: SceneName): Promise<Stage> {
  const { lab, panel } = await joinedPanel(browser, scene);
  const context = await browser.newContext({ baseURL: panel.url });
  await signInContext(context, panel);
  const page = await context.newPage();
  await page.goto(panel.url);
  await page.getByRole("link", { name: "alpha", exact: true }).first().click();
  const node = lab.nodes[0]!;
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: node.address }) });
  await isWell(row);
  return { lab, panel, page, node, row };
}

/** `Active` and nothing else in the status cell, and no storage in doubt. */
const isWell = (row: Locator) =>
  shownAt(row, /^(?!.*(warning|suspect|lost|degraded|read only|unknown|Unreachable|Corrupted)).*Active/is, BACK_MS);

/** Two checks in a row have proven it; a fault right after would meet a panel that looks more often than at rest. */
const settle = (page: Page) => page.waitForTimeout(12_000);

async function measure(stage: Stage, { fault, san, shows }: Case): Promise<{ tookMs: number; panelMs: number | null }> {
  await settle(stage.page);
  const shown = shownAt(stage.row, shows, SHOWN_MS);
  const begun = Date.now();
  const [at] = await Promise.all([shown, san ? stage.lab.breakSan(san) : stage.node.breakFault(fault)]);
  const proven = provenAt(stage.panel, begun);
  await (san ? stage.lab.mendSan(san) : stage.node.mendFault(fault));
  await isWell(stage.row);
  return { tookMs: at - begun, panelMs: proven === null ? null : at - proven };
}

/** Changes of the node's status while it installs packages and copies a gibibyte, over and over. */
async function falseAlarms(
  { panel, node, page, row }: Stage,
  minutes: number,
  say: (line: string) => void,
): Promise<number> {
  await isWell(row);
  // A storage of the other node that is proven for the first time is no alarm.
  await settle(page);
  const begun = Date.now();
  const busy = `cd /root; while [ -e /run/busy ]; do apt-get install -qq --reinstall -y --no-install-recommends bc </dev/null || apt-get check -qq;
    dd if=/dev/zero of=/image/busy.1 bs=1M count=1024; cp /image/busy.1 /image/busy.2; rm -f /image/busy.*; done`;
  await node.sh(["sh", "-c", 'touch /run/busy; setsid sh -c "$1" >/dev/null 2>&1 </dev/null &', "x", busy]);
  await page.waitForTimeout(minutes * 60_000);
  await node.sh("rm -f /run/busy");
  const alarms = panel
    .output()
    .split("\n")
    .filter((line) => line.includes('"message":"status changed"'))
    .filter((line) => Date.parse((JSON.parse(line) as { at: string }).at) >= begun);
  for (const line of alarms) say(`  ${line}`);
  return alarms.length;
}

/** Seconds from a fault to the changed badge in a browser, ten times each; what the panel itself takes of it; false alarms. */
export const detect: Benchmark = async ({ times, minutes = MINUTES, only, say }) => {
  const isWanted = (name: string) => only.length === 0 || only.includes(name);
  const endRun = await globalSetup();
  const browser = await chromium.launch(config.use?.launchOptions);
  const faults: Record<string, unknown> = {};
  const panelMs: number[] = [];
  let alarms: number | null = null;
  try {
    for (const scene of ["joined-file", "joined-lvm", "joined-san"] as const) {
      const cases = CASES.filter((each) => each.scene === scene && isWanted(each.fault));
      const isAlarmed = scene === "joined-file" && isWanted("false-alarms");
      if (cases.length === 0 && !isAlarmed) continue;
      const stage = await openStage(browser, scene);
      for (const one of cases) {
        const took: number[] = [];
        for (let time = 0; time < times; time += 1) {
          const { tookMs, panelMs: own } = await measure(stage, one);
          took.push(tookMs);
          if (own !== null) panelMs.push(own);
          say(
            `${one.fault} ${time + 1}/${times}: ${seconds(tookMs)} s${own === null ? "" : `, of it in the panel ${own} ms`}; load ${loadavg()[0]?.toFixed(1)}`,
          );
        }
        const [p50, max] = [seconds(percentile(took, 0.5)), seconds(Math.max(...took))];
        faults[one.fault] = { p50, max, n: took.length };
      }
      if (isAlarmed) {
        alarms = await falseAlarms(stage, minutes, say);
        say(`false alarms in ${minutes} minutes: ${alarms}; load ${loadavg()[0]?.toFixed(1)}`);
      }
      await stage.page.context().close();
      await stage.panel.stop();
    }
  } finally {
    await browser.close();
    await nodesDown();
    await endRun();
  }
  return { faults, panel_ms: { p99: percentile(panelMs, 0.99) }, false_alarms: alarms };
};
