/**
 * An engine in a process of its own, to be killed: `DATABASE_URL`, `SPINDLE_DATA` and `SPINDLE_KEY_FILE` say on what it
 * works, the arguments which modules register the panel steps. Prints `ready`.
 */
import { pathToFileURL } from "node:url";
import { openPanelDatabase } from "../../lib/db/open.ts";
import { startEngine } from "../../lib/plans/engine.ts";
import { loadMasterKey } from "../../lib/secrets/master.ts";

await openPanelDatabase();
await loadMasterKey();
for (const module of process.argv.slice(2)) await import(pathToFileURL(module).href);
await startEngine();
console.log("ready");
