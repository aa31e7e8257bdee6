/**
 * `npm run demo`: real local nodes and a panel, ready to use; prints the address, the sign-in and the nodes.
 *   --filled   also makes a cluster with a File and an LVM storage and two nodes
 *   --check    (with --filled) signs in with a browser, sees two active nodes, takes everything down, exits 0
 *   --down     takes a demo down that is still there
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { checkDemo } from "./demo/check.ts";
import { fillDemo } from "./demo/fill.ts";
import { startDemoLab, stopDemoLab } from "./demo/lab.ts";
import { startDemoPanel } from "./demo/panel.ts";
import { ensureHost } from "./prerequisites.ts";

const flags = new Set(process.argv.slice(2));

async function main(): Promise<number> {
  if (flags.has("--down")) {
    await stopDemoLab();
    return 0;
  }
  await ensureHost({ browser: flags.has("--check") });
  const lab = await startDemoLab();
  const admin = { email: "admin@demo.test", name: "Demo", password: randomBytes(12).toString("base64url") };
  const panel = await startDemoPanel(admin);
  const end = async () => {
    await panel.stop();
    await stopDemoLab();
  };
  try {
    if (flags.has("--filled")) await fillDemo(panel, admin, lab);
    if (flags.has("--check")) {
      await checkDemo(panel, admin);
      await end();
      return 0;
    }
    console.log(`
Spindle      ${panel.url}
Sign in as   ${admin.email}
Password     ${admin.password}
`);
    for (const node of lab.nodes)
      console.log(`Node ${node.name}    ${node.address}, port 22, user root, password ${node.rootPassword}`);
    console.log(
      `\n${flags.has("--filled") ? "Both nodes are members of the cluster demo." : "The nodes wait to be joined."} Ctrl-C takes everything down.`,
    );
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM"), panel.exited]);
    console.log("Taking the demo down.");
    await end();
    return 0;
  } catch (error) {
    await end();
    throw error;
  }
}

process.exitCode = await main();
