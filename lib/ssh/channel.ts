import { setTimeout as sleep } from "node:timers/promises";
import type { ClientChannel } from "ssh2";
import { PanelError } from "../domain/errors.ts";
import type { Command } from "../domain/plan.ts";
import type { Connection } from "./connection.ts";
import { brokenError, sessionsError } from "./errors.ts";
import { quoteAll } from "./quote.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The line a node's shell gets: as root, in the C locale, ended on the node after `seconds` where given. */
export function remoteLine(user: string, argv: readonly string[], seconds: number | null): string {
  const root = user === "root" ? [] : ["sudo", "-n", "--"];
  const deadline = seconds === null ? [] : ["timeout", "-k", "2", String(seconds)];
  return quoteAll([...root, "env", "LC_ALL=C", `PATH=${PATH}`, ...deadline, ...argv]);
}

/** What goes to standard input, with a secret opened at this moment. */
export async function stdinOf(
  stdin: Command["stdin"],
  openSecret: ((id: string) => Promise<string>) | undefined,
): Promise<string | undefined> {
  if (stdin === undefined || typeof stdin === "string") return stdin;
  if (!openSecret) throw new Error("A command with a secret needs a way to open it");
  if (!Array.isArray(stdin)) return openSecret(stdin.secret);
  const lines: string[] = [];
  for (const { secret } of stdin) lines.push(`${await openSecret(secret)}\n`);
  return lines.join("");
}

/** How long a command waits for one of the connection's channels. */
const SLOT_WAIT_MS = 30_000;
const SESSION_MS = 250;

/** A slot, or an error once it took too long: channels whose command can't be killed are never given back. */
async function takeSlot(connection: Connection, signal: AbortSignal | undefined): Promise<() => void> {
  const late = AbortSignal.timeout(SLOT_WAIT_MS);
  try {
    return await connection.channels.take(signal ? AbortSignal.any([signal, late]) : late);
  } catch (error) {
    if (late.aborted && error === late.reason) throw sessionsError(connection.place, error);
    throw error;
  }
}

/** Opens a channel in one of the connection's slots; the slot is free again once the node has closed the channel. */
export async function openChannel(connection: Connection, line: string, signal?: AbortSignal): Promise<ClientChannel> {
  const release = await takeSlot(connection, signal);
  try {
    const channel = await persist(connection, line, signal);
    channel.once("close", release);
    return channel;
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Asks again for a while where sshd takes no further session: it counts one until its command has ended, which may be a
 * moment after the channel was closed. Nothing has run then.
 */
async function persist(connection: Connection, line: string, signal?: AbortSignal): Promise<ClientChannel> {
  const end = performance.now() + SLOT_WAIT_MS;
  for (;;) {
    signal?.throwIfAborted();
    if (!connection.isOpen) throw brokenError(connection.place, "read");
    try {
      return await exec(connection, line);
    } catch (error) {
      const isBusy = error instanceof PanelError && error.view.code === "busy";
      if (!isBusy || performance.now() > end) throw error;
      await sleep(SESSION_MS, undefined, { signal });
    }
  }
}

/** Ends what runs on the node, as far as it can be reached, and the channel here. */
export function endChannel(channel: ClientChannel): void {
  try {
    channel.signal("TERM");
    channel.close();
  } catch {
    // The connection is gone, and the channel with it.
  }
}

function exec(connection: Connection, line: string): Promise<ClientChannel> {
  const { place, client } = connection;
  return new Promise((resolve, reject) => {
    // A connection that dies now may never answer the request.
    const forget = connection.onClosed((error) => reject(brokenError(place, "read", error)));
    client.exec(line, (error, channel) => {
      forget();
      if (!error) resolve(channel);
      else if (/open failed|open failure/i.test(error.message)) reject(sessionsError(place, error));
      else reject(brokenError(place, "read", error));
    });
  });
}
