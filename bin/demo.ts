/**
 * `npm run demo`: real local nodes and a panel, ready to use; prints the address, the sign-in and the nodes.
 *   --filled   also makes a cluster with a File and an LVM storage and two nodes
 *   --check    (with --filled) signs in with a browser, sees two active nodes, takes everything down, exits 0
 *   --down     takes down what demos that were killed have left
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { LabNode } from "../lab/index.ts";
import { waitFor } from "../lab/run.ts";
import { checkDemo } from "./demo/check.ts";
import { fillDemo } from "./demo/fill.ts";
import { startDemoLab } from "./demo/lab.ts";
import { type DemoPanel, startDemoPanel } from "./demo/panel.ts";
import { clearAbandoned, clearPlace, type DemoPlace, takePlace } from "./demo/place.ts";
import { ensureHost } from "./prerequisites.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const flags = new Set(process.argv.slice(2));
const admin = { email: "admin@demo.test", name: "Demo", password: randomBytes(12).toString("base64url") };

async function down(): Promise<void> {
  for (const name of await clearAbandoned()) console.log(`${name} is running: Ctrl-C in its terminal takes it down.`);
}

/**
 * A signal before everything is up: this process may be in the midst of booting nodes, and holds their lock until it
 * ends. So it ends, and another one clears the place.
 */
function interrupted(): void {
  console.log("Taking the demo down.");
  const argv = [import.meta.filename, "--down", `--after=${process.pid}`];
  spawn(process.execPath, argv, { stdio: ["ignore", "inherit", "inherit"] });
  process.exit(130);
}

/** Waits for the end of the process that asked for it. */
async function afterIt(): Promise<void> {
  const [pid] = process.argv.flatMap((flag) => /^--after=(\d+)$/.exec(flag)?.[1] ?? []);
  if (pid) await waitFor(`end of process ${pid}`, 60_000, async () => (existsSync(`/proc/${pid}`) ? undefined : true));
}

function print(panel: DemoPanel, nodes: readonly LabNode[], place: DemoPlace): void {
  console.log(`
Spindle      ${panel.url}
Sign in as   ${admin.email}
Password     ${admin.password}
`);
  for (const node of nodes)
    console.log(`Node ${node.name}    ${node.address}, port 22, user root, password ${node.rootPassword}`);
  console.log(`
${flags.has("--filled") ? "Both nodes are members of the cluster demo." : "The nodes wait to be joined."}
Hurt one     npm run lab -- break vg-renamed n1 --instance ${place.name}
Ctrl-C takes everything down.`);
}

async function demo(place: DemoPlace): Promise<void> {
  const { nodes } = await startDemoLab(place.name);
  const panel = await startDemoPanel(place.data, admin);
  if (flags.has("--filled")) await fillDemo(panel, admin, { nodes });
  if (flags.has("--check")) return checkDemo(panel, admin);
  print(panel, nodes, place);
  for (const signal of SIGNALS) process.off(signal, interrupted);
  await Promise.race([...SIGNALS.map((signal) => once(process, signal)), panel.exited]);
  console.log("Taking the demo down.");
}

async function main(): Promise<number> {
  if (flags.has("--down")) {
    await afterIt();
    await down();
    return 0;
  }
  await ensureHost({ browser: flags.has("--check") });
  const place = await takePlace();
  for (const signal of SIGNALS) process.on(signal, interrupted);
  try {
    await demo(place);
  } finally {
    await clearPlace(place);
  }
  return 0;
}

process.exitCode = await main();
