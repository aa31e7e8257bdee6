import { createHash, timingSafeEqual } from "node:crypto";
import { NodeSSH } from "node-ssh";
import type { AnyAuthMethod, Client } from "ssh2";
import { log } from "../log.ts";
import { brokenError, connectError, hostKeyError, type Place } from "./errors.ts";
import { Slots } from "./slots.ts";

/** sshd's default is ten sessions a connection; two are left for what we don't count. */
const MAX_CHANNELS = 8;
const READY_TIMEOUT_MS = 20_000;
const KEEPALIVE_MS = 5_000;
const KEEPALIVE_COUNT = 2;

/** How to sign in; with both, the key is tried first. */
export interface Credential {
  privateKey?: string;
  password?: string;
}

export interface ConnectOptions extends Place {
  user: string;
  /** `SHA256:…` of the host key; nothing is sent to a machine that shows another one. */
  fingerprint: string;
  credential: Credential;
}

/** A signed-in connection. Commands run through `run` and `openStream` only. */
export interface Connection {
  readonly place: Place & { user: string };
  readonly client: Client;
  /** One slot a channel. */
  readonly channels: Slots;
  readonly isOpen: boolean;
  /** Calls back once it is closed, with what ssh2 said, if anything; at once when it is already. Answers with the way to stop listening. */
  onClosed(listener: (error: Error | null) => void): () => void;
  close(): void;
}

/** `SHA256:…` as OpenSSH prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

function sameFingerprint(a: string, b: string): boolean {
  const digest = (value: string) => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** The key before the password, and the password also for machines that ask for it as a question. */
function authMethods(user: string, { privateKey, password }: Credential): AnyAuthMethod[] {
  const methods: AnyAuthMethod[] = [];
  if (privateKey !== undefined) methods.push({ type: "publickey", username: user, key: privateKey });
  if (password === undefined) return methods;
  let asked = false;
  methods.push({ type: "password", username: user, password });
  methods.push({
    type: "keyboard-interactive",
    username: user,
    prompt: (_name, _instructions, _language, prompts, finish) => {
      // One hidden question is the password; a second one (a code, a new password) is not ours to answer.
      const isPassword = !asked && prompts.length === 1 && prompts[0]?.echo !== true;
      asked ||= isPassword;
      finish(isPassword ? [password] : []);
    },
  });
  return methods;
}

class OpenConnection implements Connection {
  readonly channels = new Slots(MAX_CHANNELS);
  readonly place: Place & { user: string };
  readonly client: Client;
  readonly #listeners = new Set<(error: Error | null) => void>();
  #last: Error | null = null;
  #closed = false;
  isOpen = true;

  constructor(place: Place & { user: string }, client: Client) {
    this.place = place;
    this.client = client;
    // An error without a listener would end the process; `close` may come with or without one.
    client.on("error", (error: Error) => {
      this.#last = error;
      log.debug("an SSH connection failed", { address: place.address, error });
    });
    client.once("close", () => this.#onClose());
  }

  onClosed(listener: (error: Error | null) => void): () => void {
    if (this.#closed) listener(this.#last);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #onClose(): void {
    this.isOpen = false;
    this.#closed = true;
    this.channels.end(brokenError(this.place, "read", this.#last));
    for (const listener of this.#listeners) listener(this.#last);
    this.#listeners.clear();
  }

  close(): void {
    this.isOpen = false;
    this.client.end();
    // A machine that is gone never answers the goodbye.
    const timer = setTimeout(() => this.client.destroy(), 1_000);
    this.onClosed(() => clearTimeout(timer));
  }
}

/**
 * Connects and signs in. Throws PanelError `host-key` (with both fingerprints, before any credential was sent),
 * `auth-failed`, `unreachable`, `not-supported`.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { address, port, user, fingerprint } = options;
  const place = { address, port, user };
  let seen: string | null = null;
  const ssh = new NodeSSH();
  const attempt = ssh.connect({
    host: address,
    port,
    username: user,
    hostVerifier: (key: Buffer) => {
      seen = fingerprintOf(key);
      return sameFingerprint(seen, fingerprint);
    },
    authHandler: authMethods(user, options.credential),
    readyTimeout: READY_TIMEOUT_MS,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVE_COUNT,
  });
  const client = ssh.connection;
  const connection = client ? new OpenConnection(place, client) : null;
  try {
    await attempt;
  } catch (error) {
    client?.destroy();
    if (seen !== null && !sameFingerprint(seen, fingerprint)) throw hostKeyError(place, fingerprint, seen);
    throw connectError(error, place);
  }
  if (!connection) throw new Error("node-ssh answered without a connection");
  return connection;
}
