import { createHash, randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { hostname } from "node:os";
import { isDatabaseAway } from "../db/client.ts";
import { onNotify } from "../db/notify.ts";
import { env } from "../env.ts";
import { log } from "../log.ts";
import { panelIdentity } from "../secrets/master.ts";
import { processWide } from "../shared.ts";
import { proveHeldLocks } from "./held-locks.ts";
import { claimTask, type Lease, LeaseLost, releaseLeases, renewLeases } from "./lease.ts";
import { countChange } from "../live/versions.ts";
import { type RunTaskOptions, runTask } from "./run-task.ts";
import { publishTask, publishTaskNow } from "./task-events.ts";
import { readHint, TASK_CHANNEL } from "./task-hint.ts";
import type { PanelRef } from "./unit.ts";

const HEARTBEAT_MS = 3_000;
const LOOK_MS = 2_000;
const PROVE_MS = 10_000;
const NODE_WAIT_MS = 10 * 60_000;
const AFTER_DEFECT_MS = 30_000;

export interface EngineOptions {
  /** How long a task waits for a node that can't be reached. Default: ten minutes. */
  nodeWaitMs?: number;
}

/** The engine was asked to stop; its tasks go on at the next start. */
class Stopping extends Error {
  override name = "Stopping";
}

/** Whoever holds this data directory: the directory's guard lets one process do so at a time. */
function installation(): string {
  return createHash("sha256")
    .update(`${hostname()}\0${realpathSync(env().dataDir)}`)
    .digest("hex")
    .slice(0, 16);
}

class Engine {
  readonly #owner = `${installation()}:${randomBytes(8).toString("hex")}`;
  readonly #leases = new Map<string, Lease>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #options: RunTaskOptions;
  #timers: NodeJS.Timeout[] = [];
  #unlisten: (() => Promise<void>) | null = null;
  #looking: Promise<void> | null = null;
  #again = false;
  #stopping = false;
  #isProving = false;

  constructor(panel: PanelRef, options: EngineOptions) {
    this.#options = { ...panel, nodeWaitMs: options.nodeWaitMs ?? NODE_WAIT_MS };
  }

  async start(): Promise<void> {
    await releaseLeases(this.#owner, "earlier");
    this.#unlisten = await onNotify(
      TASK_CHANNEL,
      (id) => {
        countChange("task");
        this.#onHint(id);
      },
      () => {
        countChange("task");
        this.look();
      },
    );
    this.#timers = [
      setInterval(() => void this.#heartbeat(), HEARTBEAT_MS),
      setInterval(() => this.look(), LOOK_MS),
      setInterval(() => void this.#prove(), PROVE_MS),
    ];
    this.look();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#unlisten?.();
    for (const lease of this.#leases.values()) lease.end(new Stopping());
    await this.#looking;
    await Promise.all(this.#running.values());
    await releaseLeases(this.#owner, "own");
  }

  /** Takes whatever waits; called again while it looks, it looks once more. */
  look(): void {
    // Once it is back, the channel says so.
    if (isDatabaseAway()) return;
    this.#again = true;
    this.#looking ??= this.#claimAll().finally(() => {
      this.#looking = null;
    });
  }

  #onHint(payload: string): void {
    const { taskId, about } = readHint(payload);
    // Whoever watches waits for the end.
    if (about === "end") publishTaskNow(taskId);
    else publishTask(taskId);
    if (!this.#leases.has(taskId)) this.look();
    else if (about === "cancel") void this.#heartbeat();
  }

  async #claimAll(): Promise<void> {
    try {
      while (this.#again && !this.#stopping) {
        this.#again = false;
        for (let lease = await claimTask(this.#owner); lease; lease = await claimTask(this.#owner)) this.#begin(lease);
      }
    } catch (error) {
      log.warn("looking for tasks failed; it is tried again", { error });
    }
  }

  #begin(lease: Lease): void {
    const { taskId } = lease;
    this.#leases.get(taskId)?.end(new LeaseLost(taskId));
    this.#leases.set(taskId, lease);
    if (this.#stopping) lease.end(new Stopping());
    const run = this.#work(lease).finally(() => {
      if (this.#leases.get(taskId) !== lease) return;
      this.#leases.delete(taskId);
      this.#running.delete(taskId);
    });
    this.#running.set(taskId, run);
    publishTask(taskId);
  }

  async #work(lease: Lease): Promise<void> {
    while (!lease.signal.aborted) {
      try {
        return await runTask(lease, this.#options);
      } catch (error) {
        if (error instanceof LeaseLost || lease.signal.aborted) return;
        // The journal stands where it stood: from there it goes on.
        log.error("working on a task failed by a defect; it is tried again", { taskId: lease.taskId, error });
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, AFTER_DEFECT_MS);
          lease.signal.addEventListener("abort", () => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
    }
  }

  /** One round at a time: a node that does not answer takes its time. */
  async #prove(): Promise<void> {
    if (this.#isProving || isDatabaseAway()) return;
    this.#isProving = true;
    try {
      await proveHeldLocks(this.#options);
    } catch (error) {
      log.warn("looking after held locks failed; it is tried again", { error });
    } finally {
      this.#isProving = false;
    }
  }

  async #heartbeat(): Promise<void> {
    if (this.#leases.size === 0 || isDatabaseAway()) return;
    try {
      await renewLeases(this.#owner, this.#leases);
    } catch (error) {
      log.warn("renewing leases failed; it is tried again", { error });
    }
  }
}

const holder = () => processWide<{ engine: Engine | null }>("engine", () => ({ engine: null }));

/** Starts working on tasks. The caller holds the data directory's guard; all panel steps are registered. */
export async function startEngine(options: EngineOptions = {}): Promise<void> {
  if (holder().engine) throw new Error("The engine is running already");
  // Read once: a process that goes on while somebody takes the panel over keeps the epoch that it began with.
  const { id: panelId, epoch } = await panelIdentity();
  const engine = new Engine({ panelId, epoch }, options);
  holder().engine = engine;
  await engine.start();
}

/** Stops working on tasks. What runs on nodes goes on there; the next engine picks it up. */
export async function stopEngine(): Promise<void> {
  const { engine } = holder();
  holder().engine = null;
  await engine?.stop();
}
