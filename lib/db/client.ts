import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { processWide } from "../shared.ts";
import * as schema from "./schema/index.ts";

export type Sql = postgres.Sql;
export type Database = ReturnType<typeof wrap>;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];
/** Either: what a function takes that runs inside a transaction or outside of one. */
export type Executor = Database | Transaction;

const holder = () => processWide<{ sql: Sql | null; url: string | null }>("database", () => ({ sql: null, url: null }));

function wrap(client: Sql) {
  return drizzle(client, { schema });
}

/**
 * A postgres.js client for a URL. A socket's directory stands percent-encoded in the host's place
 * (`postgres://spindle@%2Frun%2Fspindle/spindle`), as libpq has it.
 */
export function connect(url: string, max: number): Sql {
  const host = decodeURIComponent(new URL(url).hostname);
  return postgres(url, {
    ...(host.startsWith("/") ? { host } : {}),
    max,
    onnotice: () => {},
    connect_timeout: 10,
    connection: { application_name: "spindle" },
  });
}

/** Opens the process's pool; called once, by the start-up or a command-line tool. */
export function openDatabase(url: string, max = 10): Sql {
  const held = holder();
  if (held.sql) throw new Error("The database is open already");
  held.sql = connect(url, max);
  held.url = url;
  return held.sql;
}

/** Closes the pool; statements under way get five seconds. */
export async function closeDatabase(): Promise<void> {
  const held = holder();
  const client = held.sql;
  held.sql = null;
  held.url = null;
  await client?.end({ timeout: 5 });
}

/** The process's postgres.js pool. */
export function sqlClient(): Sql {
  const { sql } = holder();
  if (!sql) throw new Error("The database is not open");
  return sql;
}

const wrapped: { sql: Sql | null; db: Database | null } = { sql: null, db: null };

/** The process's database through drizzle. The pool is shared by all bundles, the thin wrapper is each bundle's own. */
export function db(): Database {
  const sql = sqlClient();
  if (wrapped.sql !== sql || !wrapped.db) {
    wrapped.sql = sql;
    wrapped.db = wrap(sql);
  }
  return wrapped.db;
}

/** Runs `work` in one transaction; an exception rolls it back. Never use `db()` inside: it would be another connection. */
export function inTransaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  return db().transaction(work);
}
