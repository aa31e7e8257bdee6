import { sqlClient } from "./client.ts";

/**
 * Calls `onHint` for each NOTIFY on a channel, and `reread` after each (re)connection: what was notified while the
 * connection was away is lost, so the state is read again. Answers with a function that stops it.
 */
export async function onNotify(
  channel: string,
  onHint: (payload: string) => void,
  reread: () => void,
): Promise<() => Promise<void>> {
  const subscription = await sqlClient().listen(channel, onHint, reread);
  return () => subscription.unlisten();
}

/** Sends a hint to every process of the panel. A payload is an id, never a secret and never the record itself. */
export async function notify(channel: string, payload: string): Promise<void> {
  await sqlClient().notify(channel, payload);
}
