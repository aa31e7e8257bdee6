import { log } from "../log.ts";
import { connect, databaseUrl, onDatabaseRenewed, type Sql, sqlClient } from "./client.ts";
import { whileAway } from "./retry.ts";

/** A client of its own: the pool is replaced when the database was away, and a channel must not go with it. */
function listeningClient(): Sql {
  return connect(databaseUrl(), 1);
}

const REREAD_MS = 200;

/** Calls at once, then at most once in a moment: a client that comes back tells so several times. */
function gathered(call: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  let isDue = false;
  const now = () => {
    isDue = false;
    last = performance.now();
    call();
  };
  return () => {
    const wait = last + REREAD_MS - performance.now();
    if (wait <= 0) return now();
    if (!isDue) setTimeout(now, wait);
    isDue = true;
  };
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
  const onListening = gathered(reread);
  let client = listeningClient();
  const listen = async () => {
    await client.listen(channel, onHint, onListening);
  };
  const again = async () => {
    const old = client;
    client = listeningClient();
    await old.end({ timeout: 0 });
    await whileAway(listen, stopping.signal);
  };
  let turn = listen();
  const forget = onDatabaseRenewed(() => {
    turn = turn.then(again).catch((error: unknown) => {
      if (!stopping.signal.aborted) log.error("listening to the database failed", { channel, error });
    });
  });
  const stop = async () => {
    forget();
    stopping.abort();
    await turn;
    await client.end({ timeout: 0 });
  };
  await turn.catch(async (error: unknown) => {
    await stop().catch(() => {});
    throw error;
  });
  return stop;
}

/** Sends a hint to every process of the panel. A payload is an id, never a secret and never the record itself. */
export async function notify(channel: string, payload: string): Promise<void> {
  await sqlClient().notify(channel, payload);
}
