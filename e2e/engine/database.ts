import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeDatabase, connect, openDatabase } from "../../lib/db/client.ts";
import { createDatabase, type EmbeddedServer, startEmbedded } from "../../lib/db/embedded.ts";
import { migrateDatabase } from "../../lib/db/migrate.ts";

/** A database server of a test, which can be killed and comes back with all its data. */
export interface TestDatabase {
  url: string;
  dataDir: string;
  keyFile: string;
  /** SIGKILL to the server and all its children. */
  kill9(): void;
  /** Starts it again after a `kill9`; the same URL. */
  start(): Promise<void>;
  /** Keeps the whole database as it is now under a name. */
  keep(name: string): Promise<void>;
  /** Puts the whole database back to what was kept; nobody else may be using it. */
  putBack(name: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * A server of its own with the panel's tables and a master key, open in this process. Durable, since it gets killed.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), "spindle-engine-"));
  const keyFile = join(dataDir, "key", "master.key");
  // The engine's own reading of the environment in this process; its children get it by name.
  process.env.SPINDLE_DATA = dataDir;
  process.env.SPINDLE_KEY_FILE = keyFile;
  let server: EmbeddedServer = await startEmbedded({ dataDir });
  await createDatabase(server.url("postgres"), "spindle");
  const url = server.url("spindle");
  await migrateDatabase(url);
  openDatabase(url, 3);
  const { loadMasterKey } = await import("../../lib/secrets/master.ts");
  await loadMasterKey();
  return {
    url,
    dataDir,
    keyFile,
    kill9: () => {
      const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(server.pid)], { encoding: "utf8" });
      for (const pid of [server.pid, ...children.trim().split(/\s+/).map(Number)]) kill(pid);
    },
    start: async () => {
      server = await startEmbedded({ dataDir });
    },
    keep: (name) => whileClosed(url, () => copyDatabase(server.url("postgres"), "spindle", name)),
    putBack: (name) => whileClosed(url, () => copyDatabase(server.url("postgres"), name, "spindle")),
    remove: async () => {
      await closeDatabase();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A database is copied only while nobody is connected to it, this process neither. */
async function whileClosed(url: string, work: () => Promise<void>): Promise<void> {
  await closeDatabase();
  try {
    await work();
  } finally {
    openDatabase(url, 3);
  }
}

/** Makes `to` anew as a copy of `from`. Both names are the tests' own. */
async function copyDatabase(serverUrl: string, from: string, to: string): Promise<void> {
  const sql = connect(serverUrl, 1);
  try {
    await sql.unsafe(`drop database if exists "${to}" with (force)`);
    // Copied by way of the log, a sequence falls back to its value at the copy when the server is killed later.
    await sql.unsafe(`create database "${to}" template "${from}" strategy file_copy`);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // A child may have ended by itself since it was listed.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
