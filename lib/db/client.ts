import { drizzle } from "drizzle-orm/postgres-js";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { log } from "../log.ts";
import { processWide } from "../shared.ts";
import { retryPause } from "./pause.ts";
import * as schema from "./schema/index.ts";

export type Sql = postgres.Sql;
export type Database = ReturnType<typeof wrap>;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];
/** Either: what a function takes that runs inside a transaction or outside of one. */
export type Executor = Database | Transaction;

/** A pool that lost a connection is replaced; what still hangs in it fails at its end. */
const OLD_POOL_SECONDS = 3;
/** A database that takes a connection and says nothing for so long is away as well. */
const ANSWER_MS = 5_000;

interface Held {
  /** While the database is away an ended pool: whatever is sent then fails at once. */
  sql: Sql | null;
  url: string | null;
  max: number;
  /** Set while the lost database is looked for, by one search for the whole process. */
  search: AbortController | null;
  isAway: boolean;
  onRenewed: Set<() => void>;
}

const holder = () =>
  processWide<Held>("database", () => ({
    ...{ sql: null, url: null, max: 0, search: null, isAway: false },
    onRenewed: new Set(),
  }));

function wrap(client: Sql) {
  return drizzle(client, { schema });
}

/** What a client tells besides its answers. */
interface Hooks {
  /** One of its connections has ended, or could not be made. */
  onLost?: () => void;
  onNotify?: (payload: string) => void;
}

/**
 * A postgres.js client for a URL. A socket's directory stands percent-encoded in the host's place
 * (`postgres://spindle@%2Frun%2Fspindle/spindle`), as libpq has it.
 */
export function connect(url: string, max: number, hooks: Hooks = {}): Sql {
  const host = decodeURIComponent(new URL(url).hostname);
  const { onLost, onNotify } = hooks;
  return postgres(url, {
    ...(host.startsWith("/") ? { host } : {}),
    // Its own `listen` connects again by itself, once more for each call: a channel uses a client for one connection instead.
    ...(onNotify ? { onnotify: (_channel: string, payload: string) => onNotify(payload) } : {}),
    // Asked for on each new connection, with nobody to hear of its failure: a database killed just then would end the
    // process. Only arrays as parameters need it, and drizzle writes those itself.
    fetch_types: false,
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
  const pool = connect(url, max, { onLost: () => lost(pool) });
  return pool;
}

/**
 * A connection of the pool was lost. postgres.js leaves statements that were waiting or under way then unanswered for
 * ever, and may hand out connections that never answer (seen with 3.4.9, the server killed and started again): so the
 * whole pool is replaced once the database answers, and the old one ended, which fails what hangs in it.
 */
function lost(pool: Sql): void {
  const held = holder();
  if (held.sql !== pool || held.search) return;
  const search = new AbortController();
  held.search = search;
  findDatabase(held, search.signal).catch((error: unknown) => {
    if (search.signal.aborted) return;
    held.search = null;
    log.error("looking for the database failed", { error });
  });
}

/** Null when the database answers through this pool; else what it said, or that it said nothing. */
async function failureOf(pool: Sql, signal: AbortSignal): Promise<unknown> {
  const silence = new AbortController();
  const late = pause(ANSWER_MS, new Error("The database does not answer"), {
    signal: AbortSignal.any([signal, silence.signal]),
  }).catch((error: unknown) => error);
  const answer = pool`select 1`.then(
    () => null,
    (error: unknown) => error,
  );
  const failure = await Promise.race([answer, late]);
  silence.abort();
  return failure;
}

/** Tries until the database answers, each time with a fresh pool, which then takes the lost one's place. */
async function findDatabase(held: Held, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; held.url !== null; attempt += 1) {
    const pool = openPool(held.url, held.max);
    const failure = await failureOf(pool, signal);
    if (failure === null && !signal.aborted) return renew(held, pool);
    void pool.end({ timeout: 0 });
    signal.throwIfAborted();
    if (!held.isAway) {
      held.isAway = true;
      void held.sql?.end({ timeout: OLD_POOL_SECONDS });
      log.warn("the database is away; it is looked for until it is back", { error: failure });
    }
    await pause(retryPause(attempt), undefined, { signal });
  }
}

function renew(held: Held, pool: Sql): void {
  const old = held.sql;
  if (held.isAway) log.info("the database is back");
  Object.assign(held, { sql: pool, search: null, isAway: false });
  void old?.end({ timeout: OLD_POOL_SECONDS });
  for (const listener of held.onRenewed) listener();
}

/** True from the first attempt that failed until the database answers again: statements fail at once meanwhile. */
export function isDatabaseAway(): boolean {
  return holder().isAway;
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
  held.search?.abort();
  Object.assign(held, { sql: null, url: null, search: null, isAway: false });
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
