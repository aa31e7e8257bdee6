import { existsSync, readFileSync, rmSync } from "node:fs";
import { listInstances, openLab } from "../../lab/index.ts";
import { endProcess, findMarked, isAlive, signal } from "../../lab/processes.ts";
import { waitFor } from "../../lab/run.ts";
import { runningEmbedded, startEmbedded } from "../../lib/db/embedded.ts";
import { type Guard, tryGuard } from "../../lib/guard.ts";

/** Demos beside each other, of other clones too, are told apart by a number; this many are tried. */
const PLACES = 20;
const PANEL_STOP_MS = 40_000;

/** Where one demo lives: the name of its lab, and the folder of its panel. Held until this process ends. */
export interface DemoPlace {
  name: string;
  data: string;
}

const held: Guard[] = [];

function placeAt(number: number): DemoPlace {
  const suffix = number === 0 ? "" : `-${number + 1}`;
  const data = process.env.SPINDLE_DEMO_DATA ?? "/var/lib/spindle-demo";
  return { name: `demo${suffix}`, data: `${data}${suffix}` };
}

/** The first place that no running demo holds, cleared of what a killed one has left there. */
export async function takePlace(): Promise<DemoPlace> {
  for (let number = 0; number < PLACES; number += 1) {
    const place = placeAt(number);
    const guard = await tryGuard(place.data, "demo");
    if (!guard) continue;
    held.push(guard);
    await clearPlace(place);
    return place;
  }
  throw new Error(`${PLACES} demos are running already; end one with Ctrl-C`);
}

/** Clears every place that no running demo holds. Answers with the names of those that were left alone. */
export async function clearAbandoned(): Promise<string[]> {
  const running: string[] = [];
  const labs = await listInstances();
  for (let number = 0; number < PLACES; number += 1) {
    const place = placeAt(number);
    if (!existsSync(place.data) && !labs.includes(place.name)) continue;
    const guard = await tryGuard(place.data, "demo");
    if (guard) await clearPlace(place);
    else running.push(place.name);
    await guard?.release();
  }
  return running;
}

/** Ends panel, database and nodes of a place and forgets their data. Does nothing where nothing is. */
export async function clearPlace({ name, data }: DemoPlace): Promise<void> {
  for (const panel of await panelsOf(data)) {
    signal(panel, "SIGTERM");
    const gone = async () => ((await isAlive(panel)) ? undefined : true);
    await waitFor(`end of the panel in ${data}`, PANEL_STOP_MS, gone).catch(() => endProcess(panel));
  }
  if (existsSync(data) && (await runningEmbedded(data))) await (await startEmbedded({ dataDir: data })).stop();
  if ((await listInstances()).includes(name)) await (await openLab(name)).remove();
  rmSync(data, { recursive: true, force: true });
}

/** Panels with this data folder, by their environment: it is what makes two panels two. */
async function panelsOf(data: string) {
  const all = await findMarked((argv) => argv.includes("bin/panel.ts"));
  return all.filter(({ pid }) => environmentOf(pid).includes(`SPINDLE_DATA=${data}`));
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // It ended meanwhile.
    if (code === "ENOENT" || code === "ESRCH") return [];
    throw error;
  }
}
