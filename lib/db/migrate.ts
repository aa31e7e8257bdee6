import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import { connect } from "./client.ts";

/** Any number that nothing else in the database uses as an advisory lock. */
const MIGRATION_LOCK = 7_316_402_501;

/** Brings the database's tables up to this release; any number of processes may do so at once. */
export async function migrateDatabase(url: string, folder?: string): Promise<void> {
  const migrationsFolder = folder ?? fileURLToPath(new URL("../../drizzle", import.meta.url));
  // One connection: the lock belongs to the session that migrates.
  const sql = connect(url, 1);
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await migrate(drizzle(sql), { migrationsFolder });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
