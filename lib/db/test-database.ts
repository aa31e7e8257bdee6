import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeDatabase, openDatabase } from "./client.ts";
import { createDatabase, type EmbeddedServer, startEmbedded } from "./embedded.ts";
import { migrateDatabase } from "./migrate.ts";

/** A real server and an open, migrated database for the tests of one file. */
export interface TestDatabase {
  server: EmbeddedServer;
  /** The open database; `db()` and `sqlClient()` are on it. */
  url: string;
  /** Another database of the same server, empty. */
  createEmpty(): Promise<string>;
  /** Kills the server and all its children, without a word. */
  kill9(): void;
  /** Ends everything and removes its files. */
  stop(): Promise<void>;
}

/** Starts a server in a folder of its own; call it in `beforeAll`, and `stop` in `afterAll`. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "spindle-db-"));
  await chmod(folder, 0o711);
  const server = await startEmbedded({ dataDir: join(folder, "data"), settings: { fsync: "off" } });
  const createEmpty = async () => {
    const name = `empty_${randomBytes(6).toString("hex")}`;
    await createDatabase(server.url("postgres"), name);
    return server.url(name);
  };
  const url = await createEmpty();
  await migrateDatabase(url);
  openDatabase(url);
  const stop = async () => {
    await closeDatabase();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const kill9 = () => {
    const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(server.pid)], { encoding: "utf8" });
    execFileSync("sh", ["-c", `kill -9 ${server.pid} ${children.trim().split(/\s+/).join(" ")} 2>/dev/null || :`]);
  };
  return { server, url, createEmpty, kill9, stop };
}
