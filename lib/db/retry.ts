import { setTimeout as sleep } from "node:timers/promises";
import { log } from "../log.ts";

const FIRST_MS = 50;
const MAX_MS = 2_000;

/** The connection's own words; class 08 and 57P of PostgreSQL; serialization and deadlock; too many clients. */
const TRANSIENT =
  /^(CONNECTION_CLOSED|CONNECTION_DESTROYED|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|08.{3}|57P0[1-3]|40001|40P01|53300)$/;

/** Whether the database was merely not there for a moment. */
function isTransient(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string" && TRANSIENT.test(code)) return true;
  }
  return false;
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
      if (attempt === 0) log.warn("the database is away; trying again until it is back", { error });
      await sleep(Math.min(MAX_MS, FIRST_MS * 2 ** attempt), undefined, { signal });
    }
  }
}
