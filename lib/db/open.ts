import { env } from "../env.ts";
import { type Guard, tryGuard } from "../guard.ts";
import { log } from "../log.ts";
import { closeDatabase, openDatabase } from "./client.ts";
import { createDatabase, runningEmbedded, startEmbedded } from "./embedded.ts";
import { migrateDatabase } from "./migrate.ts";

const NAME = "spindle";

/** The database a process works with, open and migrated. */
export interface OpenDatabase {
  /** `external`, `started` or `adopted`. */
  origin: "external" | "started" | "adopted";
  /** Closes the pool, then ends the server where this process started or adopted it. */
  close(): Promise<void>;
}

/** Another panel works on this data directory. */
export class SecondPanelError extends Error {
  override name = "SecondPanelError";
}

async function openAt(url: string): Promise<void> {
  await migrateDatabase(url);
  openDatabase(url);
}

async function openOwn(): Promise<{ origin: "started" | "adopted"; stop: () => Promise<void> }> {
  const server = await startEmbedded({ dataDir: env().dataDir });
  try {
    await createDatabase(server.url("postgres"), NAME);
    await openAt(server.url(NAME));
  } catch (error) {
    await server.stop();
    throw error;
  }
  server.keepAlive((error) => {
    if (error) log.error("the database could not be started again; it is tried once more", { error });
    else log.error("the database has ended; it is started again");
  });
  return { origin: server.adopted ? "adopted" : "started", stop: () => server.stop() };
}

/**
 * Opens the panel's database: `DATABASE_URL`, or the embedded server of the data directory, started or adopted. One
 * process at a time holds a data directory; throws SecondPanelError when another one does.
 */
export async function openPanelDatabase(): Promise<OpenDatabase> {
  const guard = await tryGuard(env().dataDir, "panel");
  if (!guard) throw new SecondPanelError(`Another panel is running on ${env().dataDir}`);
  try {
    const url = env().databaseUrl;
    if (url) await openAt(url);
    const own = url ? null : await openOwn();
    return { origin: own?.origin ?? "external", close: () => closeAll(guard, own?.stop) };
  } catch (error) {
    await guard.release();
    throw error;
  }
}

async function closeAll(guard: Guard, stop?: () => Promise<void>): Promise<void> {
  await closeDatabase();
  await stop?.();
  await guard.release();
}

/** For command-line tools: beside a running panel they use its database; without one they start it for themselves. */
export async function openToolDatabase(): Promise<OpenDatabase> {
  try {
    return await openPanelDatabase();
  } catch (error) {
    if (!(error instanceof SecondPanelError)) throw error;
    const running = env().databaseUrl ? null : await runningEmbedded(env().dataDir);
    const url = env().databaseUrl ?? running?.(NAME);
    if (!url) throw new Error("A panel is just starting or stopping; try again in a moment", { cause: error });
    openDatabase(url, 2);
    return { origin: "external", close: closeDatabase };
  }
}
