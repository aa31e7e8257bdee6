import type { StorageTrack } from "../domain/status.ts";
import { wantsProof } from "../domain/status.ts";

/** Between two checks that prove something together. */
const PROOF_MS = 250;
/** A storage that is not well is looked at more often than its driver asks for at rest. */
const LOST_MS = 5_000;
const DEGRADED_MS = 10_000;
/** A storage whose killed check is still there is asked again this often. */
const STUCK_MS = 5_000;
/** Past the node's own deadline for a check, the panel takes it for late by itself. */
const GRACE_MS = 10_000;

interface Entry {
  everyMs: number;
  deadlineMs: number;
  dueAt: number;
  running: { nonce: string; since: number } | null;
  /** Something changed while it ran: once more right after. */
  isWanted: boolean;
}

/** After how long a storage in this state is checked again, in milliseconds. */
export function checkDelay(track: StorageTrack, everyMs: number): number {
  if (wantsProof(track)) return PROOF_MS;
  if (track.status === "ok") return everyMs;
  return Math.min(everyMs, track.status === "degraded" ? DEGRADED_MS : LOST_MS);
}

/** When each storage of a node is checked; never two checks of one at once. Times are monotonic milliseconds. */
export class Checks {
  readonly #entries = new Map<string, Entry>();
  #count = 0;
  #quietUntil = Number.POSITIVE_INFINITY;

  /** A new probe: nothing runs, everything is due. */
  reset(storages: readonly { storageId: string; everySeconds: number; deadlineSeconds: number }[], at: number): void {
    this.#entries.clear();
    for (const { storageId, everySeconds, deadlineSeconds } of storages) {
      const times = { everyMs: everySeconds * 1000, deadlineMs: deadlineSeconds * 1000 };
      this.#entries.set(storageId, { ...times, dueAt: at, running: null, isWanted: false });
    }
    this.#plan();
  }

  /** Until then nothing runs and nothing is due: a thousand nodes that are well cost no look at each check, ten times a second. */
  get quietUntil(): number {
    return this.#quietUntil;
  }

  #plan(): void {
    this.#quietUntil = Number.POSITIVE_INFINITY;
    for (const { running, dueAt } of this.#entries.values())
      this.#quietUntil = Math.min(this.#quietUntil, running ? running.since : dueAt);
  }

  get isAnyRunning(): boolean {
    for (const entry of this.#entries.values()) if (entry.running) return true;
    return false;
  }

  isAwaited(storageId: string, nonce: string): boolean {
    return this.#entries.get(storageId)?.running?.nonce === nonce;
  }

  /** When the check that runs was asked for: the node can only have begun it later. Null when none runs. */
  begunAt(storageId: string): number | null {
    return this.#entries.get(storageId)?.running?.since ?? null;
  }

  /** Checks to start now; each counts as running from here on. */
  takeDue(at: number): { storageId: string; nonce: string }[] {
    const due: { storageId: string; nonce: string }[] = [];
    for (const [storageId, entry] of this.#entries) {
      if (entry.running || entry.dueAt > at) continue;
      this.#count += 1;
      const nonce = `${this.#count.toString(36)}-${Math.random().toString(36).slice(2, 12)}`;
      entry.running = { nonce, since: at };
      entry.isWanted = false;
      due.push({ storageId, nonce });
    }
    if (due.length > 0) this.#plan();
    return due;
  }

  /** Checks that never came back from the node, which should have ended them itself. */
  takeOverdue(at: number): string[] {
    const overdue: string[] = [];
    for (const [storageId, { running, deadlineMs }] of this.#entries) {
      if (running && at - running.since > deadlineMs + GRACE_MS) overdue.push(storageId);
    }
    return overdue;
  }

  /** Look at this storage (or all) now, or right after the check that runs. */
  want(storageId: string | null, at: number): void {
    for (const [id, entry] of this.#entries) {
      if (storageId !== null && id !== storageId) continue;
      entry.dueAt = Math.min(entry.dueAt, at);
      entry.isWanted = true;
    }
    this.#plan();
  }

  /** `track`: null for what has no status of its own, and is never more urgent than at rest. */
  ended(storageId: string, track: StorageTrack | null, at: number, isStuck = false): void {
    const entry = this.#entries.get(storageId);
    if (!entry) return;
    entry.running = null;
    // One that hangs is asked for again after a while: a slow disk gets the time, a hung one is proven by it.
    const rest = track ? checkDelay(track, entry.everyMs) : entry.everyMs;
    const delay = isStuck ? (track ? STUCK_MS : entry.everyMs) : rest;
    entry.dueAt = at + (entry.isWanted && !isStuck ? Math.min(delay, PROOF_MS) : delay);
    entry.isWanted = false;
    this.#plan();
  }
}
