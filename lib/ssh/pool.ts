import { setTimeout as sleep } from "node:timers/promises";
import { processWide } from "../shared.ts";
import { type Connection, type Credential, connect } from "./connection.ts";
import { Slots } from "./slots.ts";

const MAX_HANDSHAKES = 50;
/** A connection that nobody uses is kept this long. */
const IDLE_MS = 60_000;
const CLOSE_MS = 2_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 30_000;

/** A machine as the pool knows it. Two users with the same place, host key and `credentialKey` share a connection. */
export interface PoolTarget {
  address: string;
  port: number;
  user: string;
  fingerprint: string;
  /** Stands for the credential, such as the id of its secret. */
  credentialKey: string;
  /** Opened only when a connection is made. */
  credential: () => Promise<Credential>;
}

interface Entry {
  connection: Promise<Connection>;
  users: number;
  idle?: NodeJS.Timeout;
}

interface Pool {
  entries: Map<string, Entry>;
  handshakes: Slots;
}

const pool = () => processWide<Pool>("ssh-pool", () => ({ entries: new Map(), handshakes: new Slots(MAX_HANDSHAKES) }));

const keyOf = (target: PoolTarget) =>
  JSON.stringify([target.address, target.port, target.user, target.fingerprint, target.credentialKey]);

/** Milliseconds to wait after the `attempt`-th failure in a row (from 1): doubling, cut at 30 s, spread by a half. */
export function backoff(attempt: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(full * (0.5 + Math.random() / 2));
}

async function open(target: PoolTarget): Promise<Connection> {
  const done = await pool().handshakes.take();
  try {
    const { address, port, user, fingerprint } = target;
    return await connect({ address, port, user, fingerprint, credential: await target.credential() });
  } finally {
    done();
  }
}

function drop(key: string, entry: Entry): void {
  const { entries } = pool();
  if (entries.get(key) === entry) entries.delete(key);
  clearTimeout(entry.idle);
}

function newEntry(key: string, target: PoolTarget): Entry {
  const entry: Entry = { connection: open(target), users: 0 };
  pool().entries.set(key, entry);
  entry.connection.then(
    (connection) => void connection.onClosed(() => drop(key, entry)),
    () => drop(key, entry),
  );
  return entry;
}

/** The machine's connection, opened if need be, kept until `release`. Throws what `connect` throws. */
export async function acquireConnection(target: PoolTarget): Promise<{ connection: Connection; release: () => void }> {
  const key = keyOf(target);
  const entry = pool().entries.get(key) ?? newEntry(key, target);
  entry.users += 1;
  clearTimeout(entry.idle);
  let held = true;
  const release = () => {
    if (!held) return;
    held = false;
    entry.users -= 1;
    if (entry.users === 0) entry.idle = setTimeout(() => closeEntry(key, entry), IDLE_MS).unref();
  };
  try {
    return { connection: await entry.connection, release };
  } catch (error) {
    release();
    throw error;
  }
}

function closeEntry(key: string, entry: Entry): void {
  drop(key, entry);
  entry.connection.then(
    (connection) => connection.close(),
    () => {},
  );
}

/** Runs `work` with the machine's connection. */
export async function withConnection<T>(target: PoolTarget, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { connection, release } = await acquireConnection(target);
  try {
    return await work(connection);
  } finally {
    release();
  }
}

/** Closes the machine's connection, so that the next user signs in anew. */
export function dropConnection(target: PoolTarget): void {
  const key = keyOf(target);
  const entry = pool().entries.get(key);
  if (entry) closeEntry(key, entry);
}

/** Closes all connections; part of the shutdown. One that is just being made is not waited for. */
export async function closeConnections(): Promise<void> {
  const entries = [...pool().entries];
  for (const [key, entry] of entries) closeEntry(key, entry);
  const closed = Promise.all(entries.map(([, entry]) => entry.connection.then(untilClosed, () => {})));
  await Promise.race([closed, sleep(CLOSE_MS, undefined, { ref: false })]);
}

function untilClosed(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    connection.onClosed(() => resolve());
  });
}
