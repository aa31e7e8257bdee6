import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { log } from "../log.ts";
import { isDatabaseAway, onDatabaseRenewed } from "./client.ts";
import { retryPause } from "./pause.ts";

/** The connection's own words; class 08 and 57P of PostgreSQL; serialization and deadlock; too many clients. */
const TRANSIENT =
  /^(CONNECTION_CLOSED|CONNECTION_DESTROYED|CONNECTION_ENDED|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|08.{3}|57P0[1-3]|40001|40P01|53300)$/;

/** Whether the database was merely not there for a moment. */
function isTransient(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string" && TRANSIENT.test(code)) return true;
  }
  return false;
}

/** Waits before another try: for the database where it is known to be away, else a moment. Throws when `signal` aborts. */
export async function beforeRetry(attempt: number, signal?: AbortSignal): Promise<void> {
  const ms = retryPause(attempt);
  if (!isDatabaseAway()) return sleep(ms, undefined, { signal });
  const back = new EventTarget();
  const forget = onDatabaseRenewed(() => back.dispatchEvent(new Event("back")));
  try {
    await once(back, "back", { signal });
  } finally {
    forget();
  }
}

/**
 * Runs `work` again for as long as the database is away. It may have been committed before its answer was lost, so
 * `work` must find out by itself, or do no harm twice.
 */
export async function whileAway<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempt === 0) log.warn("a statement is tried again until the database is back", { error });
      await beforeRetry(attempt, signal);
    }
  }
}
