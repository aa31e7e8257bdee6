import { defineConfig } from "@playwright/test";
import { BROWSER } from "./bin/browser.ts";

/** `panel`: browser and panel, no nodes. `lab`: the same against real nodes, one file at a time. */
export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  globalSetup: "./e2e/fixtures/global-setup.ts",
  fullyParallel: false,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: {
    timeout: 10_000,
    // Letters drawn by the next Chromium differ by less than this; a button that is gone differs by more.
    toHaveScreenshot: { maxDiffPixelRatio: 0.0002, stylePath: "e2e/panel/pictures.css" },
  },
  snapshotPathTemplate: "{testDir}/pictures/{arg}{ext}",
  reporter: [["list"], ["json", { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ?? "report/playwright.json" }]],
  use: {
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    screenshot: "only-on-failure",
    viewport: { width: 1350, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
    // A spinner drawn without a graphics card takes a third of a core from the panel and the nodes.
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: {
      executablePath: BROWSER.path,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-proxy-server",
      ],
    },
  },
  projects: [
    { name: "panel", testDir: "e2e/panel", testMatch: "**/*.e2e.ts", workers: 2 },
    {
      name: "lab",
      testDir: "e2e/lab",
      testMatch: "**/{main-storage,look-through,volume-groups,wizard,join,killed-panel,drives,network-lvm}.e2e.ts",
      workers: 1,
      timeout: 1_200_000,
    },
    // The long ones, for `npm run test:full`.
    {
      name: "lab-full",
      testDir: "e2e/lab",
      testMatch: "**/{faults,packages,node-life,storage-life,many-volumes,drives-at-once,keyboard,san-faults}.e2e.ts",
      workers: 1,
      timeout: 1_200_000,
    },
  ],
});
