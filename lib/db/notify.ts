import { log } from "../log.ts";
import { connect, databaseUrl, type Sql, sqlClient } from "./client.ts";
import { beforeRetry } from "./retry.ts";

/** One connection that listens; over when it is lost. */
interface Listening {
  client: Sql;
  lost: Promise<void>;
}

/** Throws when it can't begin. The client is used for one connection only: a lost one is followed by a fresh client. */
async function listen(channel: string, onHint: (payload: string) => void): Promise<Listening> {
  const { promise: lost, resolve: onLost } = Promise.withResolvers<void>();
  const client = connect(databaseUrl(), 1, { onLost, onNotify: onHint });
  try {
    await client`listen ${client(channel)}`;
  } catch (error) {
    await client.end({ timeout: 0 });
    throw error;
  }
  return { client, lost };
}

/** Listens again, one try after another, until it does or `signal` aborts; then it throws. */
async function listenAgain(
  channel: string,
  onHint: (payload: string) => void,
  signal: AbortSignal,
): Promise<Listening> {
  for (let attempt = 0; ; attempt += 1) {
    await beforeRetry(attempt, signal);
    try {
      return await listen(channel, onHint);
    } catch (error) {
      if (attempt === 0) log.warn("a channel of the database is listened to again once it is back", { channel, error });
    }
  }
}

/**
 * Calls `onHint` for each NOTIFY on a channel, and `reread` after each (re)connection: what was notified while the
 * connection was away is lost, so the state is read again. Answers with a function that stops it.
 */
export async function onNotify(
  channel: string,
  onHint: (payload: string) => void,
  reread: () => void,
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener("abort", () => resolve()));
  let now = await listen(channel, onHint);
  const follow = async () => {
    while (!stopping.signal.aborted) {
      reread();
      await Promise.race([now.lost, stopped]);
      await now.client.end({ timeout: 0 });
      if (!stopping.signal.aborted) now = await listenAgain(channel, onHint, stopping.signal);
    }
    await now.client.end({ timeout: 0 });
  };
  const following = follow().catch((error: unknown) => {
    if (!stopping.signal.aborted) log.error("listening to the database failed", { channel, error });
  });
  return async () => {
    stopping.abort();
    await following;
  };
}

/** Sends a hint to every process of the panel. A payload is an id, never a secret and never the record itself. */
export async function notify(channel: string, payload: string): Promise<void> {
  await sqlClient().notify(channel, payload);
}
