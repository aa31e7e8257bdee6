import { isDeepStrictEqual } from "node:util";
import { PanelError } from "../domain/errors.ts";
import type { StorageCheck } from "../domain/live.ts";
import { type Link, SILENCE_MS } from "../domain/status.ts";
import { text } from "../domain/text.ts";
import { log } from "../log.ts";
import { acquireConnection, dropConnection, type PoolTarget } from "../ssh/pool.ts";
import { openStream, type Stream, type StreamEnd } from "../ssh/stream.ts";
import type { ProbeFragment, RawCheck, StorageDriver } from "../storage/contract.ts";
import { Checks } from "./checks.ts";
import { readDisks } from "./disks/read.ts";
import { DISKS_FRAGMENT, DISKS_ID } from "./disks/script.ts";
import { lookAt } from "./look.ts";
import { now, type NodeState } from "./node-state.ts";
import { MAX_BLOCK_BYTES, type ProbeMessage, ProbeReader } from "./probe/lines.ts";
import { buildProbe, type ProbeParts } from "./probe/script.ts";

/** What a session needs to know of its node; replaced as a whole when the database says something else. */
export interface SessionPlan {
  target: PoolTarget;
  probe: ProbeParts;
  storages: Map<
    string,
    { fragment: ProbeFragment; read: (raw: RawCheck) => StorageCheck; compare?: StorageDriver["compare"] }
  >;
}

/** Called after the state has changed: `status` is told at once, `figures` with the next batch. */
export type OnChange = (kind: "status" | "figures") => void;

/** A whole block of a check, and whatever comes beside it. */
const MOST_AT_ONCE = MAX_BLOCK_BYTES + 1024 ** 2;
const TICK_MS = 1_000;
/** The node answers but the probe says nothing for so long: it is started anew. */
const RESTART_MS = 15_000;
const LOOK_AGAIN_MS = 5_000;
/** Takes connections but greets nobody for so long: unreachable after all. */
const MUTE_MS = 30_000;
const QUIT_MS = 2_000;
/** Waits before the next attempt: first ones quick, for a machine that just lost a packet. */
const RETRY_MS = [200, 500, 1_000, 2_000, 3_000, 5_000];
/** Between attempts at a node that refuses: another key, no sign-in, a flood. */
const REFUSED_MS = 10_000;

const spread = (ms: number) => ms * (0.75 + Math.random() / 2);

/** How one run of the probe ended. */
type Outcome =
  | { error: unknown }
  | { end: StreamEnd; hadHello: boolean; refusal: { word: string; detail: string } | null };

/**
 * Keeps one node's probe running, and its state true. `beat` is called several times a second by the hub: everything
 * that waits for time happens there.
 */
export class Session {
  readonly state: NodeState;
  #plan: SessionPlan;
  readonly #onChange: OnChange;
  readonly #checks = new Checks();
  #stream: Stream | null = null;
  #reader: ProbeReader | null = null;
  #hadHello = false;
  #refusal: { word: string; detail: string } | null = null;
  #lastSign = performance.now();
  #streamSince = 0;
  #lastBeat = performance.now();
  #tickAt = 0;
  #lookAt = 0;
  #isLooking = false;
  #isStopped = false;
  #wake: (() => void) | null = null;
  #giveUp: ((error: PanelError) => void) | null = null;
  #loop: Promise<void> = Promise.resolve();

  constructor(state: NodeState, plan: SessionPlan, onChange: OnChange) {
    this.state = state;
    this.#plan = plan;
    this.#onChange = onChange;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Another probe, or another way to the node: the running one is ended, the next begins at once. */
  configure(plan: SessionPlan): void {
    const before = this.#plan;
    this.#plan = plan;
    const isSame = isDeepStrictEqual(before.probe, plan.probe) && sameTarget(before.target, plan.target);
    if (isSame) return;
    this.#lastSign = performance.now();
    this.#quit();
    this.#wake?.();
  }

  /** Check now, whatever the turn; a node that is not connected is tried at once. */
  recheck(storageId: string | null): void {
    this.#checks.want(storageId, performance.now());
    this.#lookAt = 0;
    this.#wake?.();
    if (this.#stream && this.#hadHello) this.#beginDue();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake?.();
    this.#giveUp?.(new PanelError({ code: "unreachable", message: text("live.node.stopping") }));
    this.#quit();
    await this.#loop;
  }

  beat(): void {
    const at = performance.now();
    // A panel that was busy or asleep has not listened: that silence is its own.
    const pause = at - this.#lastBeat - TICK_MS;
    if (pause > 0) this.#lastSign += pause;
    this.#lastBeat = at;
    if (this.#stream && this.#hadHello) this.#drive(this.#stream, at);
    this.#listen(at);
  }

  /** What the node is told now: figures each second, results while a check runs, checks that are due. */
  #drive(stream: Stream, at: number): void {
    let word = "";
    if (at >= this.#tickAt) {
      // A late tick shortens the next wait by half at most: two readings too close tell nothing.
      this.#tickAt = this.#tickAt === 0 ? at + TICK_MS : Math.max(this.#tickAt + TICK_MS, at + TICK_MS / 2);
      word = "t";
    } else if (at >= this.#checks.quietUntil && this.#checks.isAnyRunning) word = "p";
    if (at >= this.#checks.quietUntil) {
      this.#beginDue();
      for (const storageId of this.#checks.takeOverdue(at)) this.#endCheck(storageId, null, true);
    }
    if (word) stream.write(`${word}\n`);
  }

  #beginDue(): void {
    for (const { storageId, nonce } of this.#checks.takeDue(performance.now())) {
      this.#stream?.write(`c ${storageId} ${nonce}\n`);
    }
  }

  /** Silence makes the node unknown, and a look at it decides. */
  #listen(at: number): void {
    const { state } = this.state.link;
    const silentFor = at - this.#lastSign;
    if (silentFor < SILENCE_MS || state === "unreachable" || state === "refused") return;
    if (state === "live") this.#setLink({ state: "silent" });
    if (!this.#isLooking && at >= this.#lookAt) void this.#look();
    if (this.#stream && Math.min(silentFor, at - this.#streamSince) >= RESTART_MS) this.#stream.close();
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    const sign = this.#lastSign;
    const look = await lookAt(this.#plan.target);
    this.#isLooking = false;
    this.#lookAt = performance.now() + spread(LOOK_AGAIN_MS);
    if (this.#isStopped || this.#lastSign > sign || look.result === "there") return;
    // A kernel that answers is a machine that is there, until it has been mute for long.
    const isMute = performance.now() - this.#lastSign >= MUTE_MS;
    if (look.result === "gone" || isMute) this.#becomeUnreachable(look.error);
  }

  #becomeUnreachable(error: PanelError): void {
    this.#setLink({ state: "unreachable", reason: error.view.message });
    this.#stream?.close();
    dropConnection(this.#plan.target);
    this.#giveUp?.(error);
  }

  #setLink(link: Link): void {
    const before = this.state.link;
    if (before.state === link.state && !("reason" in link)) return;
    this.state.setLink(link, now());
    this.#onChange("status");
  }

  async #run(): Promise<void> {
    let attempt = 0;
    while (!this.#isStopped) {
      if (this.state.link.state === "unreachable") {
        const look = await lookAt(this.#plan.target);
        if (this.#isStopped) break;
        if (look.result === "gone") {
          this.#setLink({ state: "unreachable", reason: look.error.view.message });
          await this.#pause(RETRY_MS[Math.min(attempt++, 3)] ?? 0);
          continue;
        }
      }
      const begun = performance.now();
      const outcome = await this.#runProbe();
      if (this.#isStopped) break;
      if (this.#hadHello && performance.now() - begun > 5_000) attempt = 0;
      const wait = this.#judge(outcome) ?? RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0;
      attempt += 1;
      await this.#pause(wait);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, spread(ms));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Connects, feeds the probe, and answers when it has ended, however. */
  async #runProbe(): Promise<Outcome> {
    const plan = this.#plan;
    this.#hadHello = false;
    this.#refusal = null;
    let release = () => {};
    try {
      const acquired = acquireConnection(plan.target);
      const given = new Promise<never>((_, reject) => {
        this.#giveUp = (error) => {
          reject(error);
          acquired.then(
            (late) => late.release(),
            () => {},
          );
        };
      });
      const held = await Promise.race([acquired, given]);
      this.#giveUp = null;
      release = held.release;
      this.#reader = new ProbeReader((storageId, nonce) => this.#checks.isAwaited(storageId, nonce));
      const end = await new Promise<StreamEnd>((resolve, reject) => {
        const onLine = (line: string) => this.#onLine(line);
        // A check of a full storage comes all at once.
        const options = { onLine, onClose: resolve, keepStdin: true, maxBytesAtOnce: MOST_AT_ONCE };
        openStream(held.connection, { argv: ["sh", "-s"], stdin: buildProbe(plan.probe) }, options).then((stream) => {
          this.#stream = stream;
          this.#streamSince = performance.now();
          if (this.#isStopped || plan !== this.#plan) stream.close();
        }, reject);
      });
      return { end, hadHello: this.#hadHello, refusal: this.#refusal };
    } catch (error) {
      return { error };
    } finally {
      this.#giveUp = null;
      this.#stream = null;
      release();
    }
  }

  /** What an ended run says about the node; answers with the wait where it is not the usual one. */
  #judge(outcome: Outcome): number | null {
    if ("error" in outcome) return this.#judgeError(outcome.error);
    const { end, hadHello, refusal } = outcome;
    const address = this.#plan.target.address;
    if (refusal) {
      const reason = text(`live.node.refused-${refusal.word === "superseded" ? "superseded" : "start"}`, { address });
      this.#setLink({ state: "refused", reason });
      return REFUSED_MS;
    }
    if (end.reason === "flood" || end.reason === "line") {
      this.#setLink({ state: "refused", reason: text(`live.node.${end.reason}`, { address }) });
      return REFUSED_MS;
    }
    if (end.reason === "exit" && !hadHello) {
      const output = end.stderr.trim().slice(-500) || `exit ${end.code}`;
      this.#setLink({ state: "refused", reason: text("live.node.probe-failed", { address, output }) });
      return REFUSED_MS;
    }
    return null;
  }

  #judgeError(error: unknown): number | null {
    if (!(error instanceof PanelError)) {
      log.error("a node's probe can't be started", { node: this.state.nodeId, error });
      this.#setLink({ state: "refused", reason: text("live.node.internal") });
      return REFUSED_MS;
    }
    const { code, message } = error.view;
    if (code === "busy" || code === "timeout") return null;
    if (code === "unreachable") {
      // Lost, refused or too slow: the look says which, at once instead of after the silence.
      if (this.state.link.state !== "unreachable" && !this.#isLooking && !this.#isFresh()) void this.#look();
      return null;
    }
    this.#setLink({ state: "unreachable", reason: message });
    return REFUSED_MS;
  }

  /** It spoke a moment ago: a connection that broke is made again before anything is said. */
  #isFresh(): boolean {
    return this.state.link.state === "live" && performance.now() - this.#lastSign < SILENCE_MS;
  }

  #onLine(line: string): void {
    this.#lastSign = performance.now();
    const message = this.#reader?.read(line) ?? null;
    if (this.#hadHello && this.state.link.state === "silent") this.#revive();
    // Before the probe's hello anybody may be talking: a banner, a login script.
    if (message && (this.#hadHello || message.type === "hello" || message.type === "refused")) this.#onMessage(message);
  }

  /** Lines again: everything that was proven before is past. */
  #revive(): void {
    this.#setLink({ state: "live" });
    this.#checks.want(null, performance.now());
  }

  #onMessage(message: ProbeMessage): void {
    switch (message.type) {
      case "hello":
        this.#onHello(message.threads);
        break;
      case "figures":
        this.state.addFigures(message.figures, now());
        this.#onChange("figures");
        break;
      case "watch":
      case "gone":
        this.#checks.want(message.storageId, performance.now());
        this.#beginDue();
        break;
      case "check":
        this.#endCheck(message.storageId, message);
        break;
      case "late":
      case "busy":
        this.#endCheck(message.storageId, null, true);
        break;
      case "refused":
        this.#refusal = message;
    }
  }

  #onHello(threads: number | null): void {
    this.#hadHello = true;
    this.#tickAt = 0;
    this.state.setThreads(threads);
    const storages = [...this.#plan.storages].map(([storageId, { fragment }]) => ({ storageId, ...fragment }));
    this.#checks.reset([...storages, { storageId: DISKS_ID, ...DISKS_FRAGMENT }], performance.now());
    this.#setLink({ state: "live" });
  }

  #endCheck(
    storageId: string,
    ended: { code: number; lines: string[]; durationMs: number } | null,
    isStuck = false,
  ): void {
    if (storageId === DISKS_ID) {
      this.#endDisks(ended, isStuck);
      return;
    }
    const plan = this.#plan.storages.get(storageId);
    const storage = this.state.storages.get(storageId);
    if (!plan || !storage) return;
    const raw: RawCheck = ended ?? { code: null, lines: [], durationMs: plan.fragment.deadlineSeconds * 1000 };
    const at = now();
    const begun = this.#checks.begunAt(storageId) ?? at.mono - raw.durationMs;
    this.state.addCheck(storageId, this.#read(storageId, plan.read, raw), at, begun);
    this.#checks.ended(storageId, storage.track, performance.now(), isStuck);
    this.#onChange("status");
  }

  #endDisks(ended: { code: number; lines: string[]; durationMs: number } | null, isStuck: boolean): void {
    const raw: RawCheck = ended ?? { code: null, lines: [], durationMs: DISKS_FRAGMENT.deadlineSeconds * 1000 };
    this.state.addDisks(readDisks(raw), now());
    this.#checks.ended(DISKS_ID, null, performance.now(), isStuck);
    this.#onChange("status");
  }

  #read(storageId: string, read: (raw: RawCheck) => StorageCheck, raw: RawCheck): StorageCheck {
    try {
      return read(raw);
    } catch (error) {
      log.error("a storage's check can't be read", { node: this.state.nodeId, storage: storageId, error });
      return { outcome: "late" };
    }
  }

  /** Asks the probe to end and to leave nothing behind; a deaf one is cut off. */
  #quit(): void {
    const stream = this.#stream;
    if (!stream) return;
    // Before its hello the shell still reads its script there.
    if (this.#hadHello) stream.write("q\n");
    setTimeout(() => stream.close(), this.#hadHello ? QUIT_MS : 0).unref();
  }
}

function sameTarget(a: PoolTarget, b: PoolTarget): boolean {
  return (["address", "port", "user", "fingerprint", "credentialKey"] as const).every((key) => a[key] === b[key]);
}
