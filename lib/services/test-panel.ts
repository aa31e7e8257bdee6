import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestDatabase, type TestDatabase } from "../db/test-database.ts";
import { parseEnv } from "../env.ts";
import { loadMasterKey } from "../secrets/master.ts";
import type { ServiceContext } from "./context.ts";

/** Whoever calls a service in a test. */
export const ctx: ServiceContext = {
  actor: { id: "anna", name: "Anna", email: "anna@localhost" },
  ...{ requestId: "test", address: "127.0.0.1", now: new Date() },
};

/** A test database with a data folder and a master key, for services that keep secrets; call it in `beforeAll`, and `stop` in `afterAll`. */
export async function startTestPanel(): Promise<TestDatabase> {
  const database = await startTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "spindle-panel-"));
  await chmod(folder, 0o711);
  const holder = globalThis as unknown as Record<symbol, unknown>;
  const variables = { SPINDLE_DATA: folder, SPINDLE_LOG: "error" };
  holder[Symbol.for("spindle.env")] = parseEnv(variables, []);
  await loadMasterKey();
  const stop = async () => {
    await database.stop();
    await rm(folder, { recursive: true });
  };
  return { ...database, stop };
}
