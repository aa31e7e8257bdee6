import { sweepLinks } from "./auth/links.ts";
import { sweepFailures } from "./auth/throttle.ts";
import { db } from "./db/client.ts";
import { type OpenDatabase, openPanelDatabase } from "./db/open.ts";
import { closeBus } from "./live/bus.ts";
import { startChanged } from "./live/changed.ts";
import { startHub, stopHub } from "./live/hub.ts";
import { startUsageHistory } from "./live/usage-history.ts";
import { log } from "./log.ts";
import { startEngine, stopEngine } from "./plans/engine.ts";
import { fillTaskSearch } from "./plans/task-search.ts";
import { loadMasterKey } from "./secrets/master.ts";
import { sweepSecrets } from "./secrets/store.ts";
import { type FrontDoor, openFrontDoor } from "./server/front-door.ts";
import { resumeLooks, stopLooks } from "./services/drafts/look.ts";
import { sweepDrafts } from "./services/drafts/sweep.ts";
import { limitSourceSecrets } from "./services/storages/source.ts";
import { sweepDrives } from "./services/drives/settle.ts";
import { registerPanelSteps } from "./services/panel-steps.ts";
import { createSetupLink, needsSetup } from "./services/users/links.ts";
import { closeConnections } from "./ssh/pool.ts";
import { requireDriver } from "./storage/registry.ts";

const SWEEP_MS = 60_000;

export interface Panel {
  url: string;
  /** Path of the set-up link; null once somebody has an account. */
  setupPath: string | null;
  /** Ends everything in order: streams, tasks, connections, database. */
  stop(): Promise<void>;
}

/** A part that runs until it is stopped. */
interface Part {
  name: string;
  stop: () => Promise<void>;
}

async function sweep(): Promise<void> {
  try {
    await sweepSecrets();
    await sweepDrafts();
    await limitSourceSecrets();
    await sweepDrives();
    await sweepFailures();
    await sweepLinks(db());
  } catch (error) {
    log.warn("sweeping failed; it is tried again in a minute", { error });
  }
}

function startSweeping(): Part {
  const timer = setInterval(() => void sweep(), SWEEP_MS);
  return { name: "sweeping", stop: async () => clearInterval(timer) };
}

/** Stops parts last started first; one that fails does not keep the others running. */
async function stopAll(parts: readonly Part[]): Promise<void> {
  for (const part of parts.toReversed()) {
    const begun = Date.now();
    await part.stop().catch((error: unknown) => log.error(`stopping failed: ${part.name}`, { error }));
    log.debug(`stopped: ${part.name}`, { ms: Date.now() - begun });
  }
}

/** The parts between the database and the front door, in the order they start. */
async function startParts(parts: Part[]): Promise<void> {
  await sweep();
  parts.push(startSweeping());
  parts.push({ name: "announcements", stop: await startChanged() });
  parts.push({ name: "connections", stop: closeConnections });
  await startHub(requireDriver);
  parts.push({ name: "live hub", stop: stopHub });
  parts.push({ name: "history of use", stop: startUsageHistory() });
  registerPanelSteps();
  await fillTaskSearch();
  await startEngine();
  parts.push({ name: "tasks", stop: stopEngine });
  await resumeLooks();
  parts.push({ name: "looks", stop: stopLooks });
}

function databasePart(database: OpenDatabase): Part {
  return { name: "database", stop: () => database.close() };
}

function doorPart(door: FrontDoor): Part {
  return { name: "front door", stop: () => door.close() };
}

/** Starts the panel in this process. When a part can't start, the ones before it are stopped and the error is thrown. */
export async function boot(): Promise<Panel> {
  const parts: Part[] = [];
  try {
    const database = await openPanelDatabase();
    parts.push(databasePart(database));
    log.info("database ready", { origin: database.origin });
    await loadMasterKey();
    await startParts(parts);
    const door = await openFrontDoor({ needsSetup });
    parts.push(doorPart(door), { name: "streams", stop: async () => closeBus() });
    return { url: door.url, setupPath: await createSetupLink(), stop: () => stopAll(parts) };
  } catch (error) {
    await stopAll(parts);
    throw error;
  }
}
