import { setTimeout as sleep } from "node:timers/promises";
import { PanelError } from "../domain/errors.ts";
import type { Plan, PlanTarget } from "../domain/plan.ts";
import { type Connection, type Credential, connect } from "../ssh/connection.ts";
import { backoff, dropConnection, type PoolTarget, withConnection } from "../ssh/pool.ts";

/** Failures that may pass by themselves. */
const PASSING = new Set(["unreachable", "busy", "timeout"]);

export type OpenSecret = (id: string) => Promise<string>;

/** What exists of a target's secrets; a key that is not there yet, or a password that is gone, is left out. */
async function credentialOf(target: PlanTarget, openSecret: OpenSecret): Promise<Credential> {
  const credential: Credential = {};
  let gone: PanelError | null = null;
  const open = async (id: string | undefined) => {
    if (id === undefined) return undefined;
    try {
      return await openSecret(id);
    } catch (error) {
      if (!(error instanceof PanelError) || error.view.code !== "not-found") throw error;
      gone = error;
      return undefined;
    }
  };
  credential.privateKey = await open(target.keySecret);
  credential.password = await open(target.passwordSecret);
  if (credential.privateKey === undefined && credential.password === undefined)
    throw gone ?? new Error(`No way to sign in to ${target.label}`);
  return credential;
}

/** A plan's target for the connection pool. Who signs in with a node's key alone shares its connection. */
export function poolTargetOf(target: PlanTarget, openSecret: OpenSecret): PoolTarget {
  const { address, port, user, fingerprint, keySecret = "", passwordSecret } = target;
  const credentialKey = passwordSecret ? `${keySecret}+${passwordSecret}` : keySecret;
  return { address, port, user, fingerprint, credentialKey, credential: () => credentialOf(target, openSecret) };
}

interface Options {
  plan: Plan;
  openSecret: OpenSecret;
  signal: AbortSignal;
  /** How long a node that can't be reached is waited for, from the first failure. */
  waitMs: number;
  onWait: (target: PlanTarget, error: PanelError) => void;
}

/** Nobody wants what the node was waited for any more, and nothing of it has begun. */
export class LetGo extends Error {
  override name = "LetGo";
}

/** A wait that may be let go is looked at this often. */
const LOOK_MS = 500;

/** The machines of one task. */
export class TargetNodes {
  readonly #options: Options;
  readonly #givenUp = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  target(key: string): PlanTarget {
    const found = this.#options.plan.targets.find((target) => target.key === key);
    if (!found) throw new Error(`The plan has no target ${key}`);
    return found;
  }

  /**
   * Runs `work` with the node's connection, and again for as long as the node can't be reached. Throws PanelError once
   * that took too long, and at once for what waiting does not heal (`auth-failed`, `host-key`); LetGo while it waits
   * and `isUnwanted` says so.
   */
  on<T>(key: string, work: (connection: Connection) => Promise<T>, isUnwanted?: () => boolean): Promise<T> {
    const { openSecret } = this.#options;
    return this.#persist(key, (target) => withConnection(poolTargetOf(target, openSecret), work), isUnwanted);
  }

  /** Proves that the node lets the panel in with its key alone, and goes on with that. Throws PanelError where not. */
  proveKey(key: string): Promise<void> {
    const { openSecret } = this.#options;
    return this.#persist(key, async (target) => {
      if (!target.keySecret) throw new Error(`The target ${key} has no key to sign in with`);
      const { address, port, user, fingerprint } = target;
      const credential = { privateKey: await openSecret(target.keySecret) };
      (await connect({ address, port, user, fingerprint, credential })).close();
      dropConnection(poolTargetOf(target, openSecret));
    });
  }

  /** Closes the node's connection: nothing of the panel stays there. */
  hangUp(key: string): void {
    dropConnection(poolTargetOf(this.target(key), this.#options.openSecret));
  }

  async #persist<T>(
    key: string,
    work: (target: PlanTarget) => Promise<T>,
    isUnwanted: () => boolean = () => false,
  ): Promise<T> {
    const { signal, waitMs, onWait } = this.#options;
    const target = this.target(key);
    let since: number | null = null;
    for (let failures = 1; ; failures += 1) {
      signal.throwIfAborted();
      try {
        const result = await work(target);
        this.#givenUp.delete(key);
        return result;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof PanelError) || !PASSING.has(error.view.code)) throw error;
        if (since === null) onWait(target, error);
        since ??= performance.now();
        // A node that was waited for in vain gets one more look for each of the other steps.
        if (this.#givenUp.has(key) || performance.now() - since > waitMs) {
          this.#givenUp.add(key);
          throw error;
        }
        const until = performance.now() + backoff(failures);
        for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
          if (isUnwanted()) throw new LetGo();
          await sleep(Math.min(LOOK_MS, left), undefined, { signal });
        }
      }
    }
  }
}
