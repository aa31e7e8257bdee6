import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { processWide } from "../shared.ts";
import * as schema from "./schema/index.ts";

export type Sql = postgres.Sql;
export type Database = ReturnType<typeof wrap>;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];
/** Either: what a function takes that runs inside a transaction or outside of one. */
export type Executor = Database | Transaction;

/** After a connection was lost, the pool is replaced this much later; what hangs in the old one fails at its end. */
const RENEW_MS = 500;
const OLD_POOL_SECONDS = 3;

interface Held {
  sql: Sql | null;
  url: string | null;
  max: number;
  renewing: NodeJS.Timeout | null;
  onRenewed: Set<() => void>;
}

const holder = () =>
  processWide<Held>("database", () => ({ sql: null, url: null, max: 0, renewing: null, onRenewed: new Set() }));

function wrap(client: Sql) {
  return drizzle(client, { schema });
}

/**
 * A postgres.js client for a URL. A socket's directory stands percent-encoded in the host's place
 * (`postgres://spindle@%2Frun%2Fspindle/spindle`), as libpq has it.
 */
export function connect(url: string, max: number, onLost?: () => void): Sql {
  const host = decodeURIComponent(new URL(url).hostname);
  return postgres(url, {
    ...(host.startsWith("/") ? { host } : {}),
    max,
    onnotice: () => {},
    onclose: () => onLost?.(),
    max_lifetime: null,
    connect_timeout: 10,
    connection: { application_name: "spindle" },
  });
}

/** Opens the process's pool; called once, by the start-up or a command-line tool. */
export function openDatabase(url: string, max = 10): void {
  const held = holder();
  if (held.sql) throw new Error("The database is open already");
  Object.assign(held, { url, max });
  held.sql = openPool(url, max);
}

function openPool(url: string, max: number): Sql {
  const pool = connect(url, max, () => renewSoon(pool));
  return pool;
}

/**
 * A connection of the pool was lost. postgres.js leaves statements that were waiting or under way then unanswered for
 * ever, and may hand out connections that never answer (seen with 3.4.9, the server killed and started again): so the
 * whole pool is replaced, and the old one ended, which fails what hangs in it.
 */
function renewSoon(pool: Sql): void {
  const held = holder();
  if (held.sql !== pool) return;
  held.renewing ??= setTimeout(() => {
    held.renewing = null;
    if (held.sql !== pool || !held.url) return;
    held.sql = openPool(held.url, held.max);
    void pool.end({ timeout: OLD_POOL_SECONDS });
    for (const listener of held.onRenewed) listener();
  }, RENEW_MS);
}

/** Calls back each time the pool was replaced because the database had been away; answers with the way to stop. */
export function onDatabaseRenewed(listener: () => void): () => void {
  holder().onRenewed.add(listener);
  return () => holder().onRenewed.delete(listener);
}

/** Closes the pool; statements under way get five seconds. */
export async function closeDatabase(): Promise<void> {
  const held = holder();
  const client = held.sql;
  if (held.renewing) clearTimeout(held.renewing);
  Object.assign(held, { sql: null, url: null, renewing: null });
  await client?.end({ timeout: 5 });
}

/** Where the open database is. */
export function databaseUrl(): string {
  const { url } = holder();
  if (!url) throw new Error("The database is not open");
  return url;
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
