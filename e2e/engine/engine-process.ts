/**
 * An engine in a process of its own, to be killed: `DATABASE_URL`, `SPINDLE_DATA` and `SPINDLE_KEY_FILE` say on what it
 * works. Arguments: how long it waits for a node, in milliseconds, then modules that register panel steps. Prints
 * `ready`.
 */
import { pathToFileURL } from "node:url";
import { openPanelDatabase } from "../../lib/db/open.ts";
import { startEngine } from "../../lib/plans/engine.ts";
import { loadMasterKey } from "../../lib/secrets/master.ts";

const [nodeWaitMs, ...modules] = process.argv.slice(2);
await openPanelDatabase();
await loadMasterKey();
for (const module of modules) await import(pathToFileURL(module).href);
await startEngine({ nodeWaitMs: Number(nodeWaitMs) });
console.log("ready");

// A test that was ended leaves no engine behind.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(1);
}, 1_000);
