import { type DiskReport, diskFaults, type NodeDisks } from "../domain/disks.ts";
import type { Volume } from "../domain/drive.ts";
import type {
  Cause,
  FiguresLive,
  NodeFigures,
  NodeHealth,
  NodeLive,
  StorageCheck,
  StorageFigures,
  StorageLive,
} from "../domain/live.ts";
import {
  advanceStorage,
  forgetStorage,
  type Link,
  type NodeVerdict,
  nodeVerdict,
  type StorageTrack,
  UNMEASURED,
} from "../domain/status.ts";
import type { Text } from "../domain/text.ts";
import { nodeFigures } from "./figures.ts";
import type { RawFigures } from "./probe/lines.ts";

/** A moment by both clocks, in milliseconds: ages count by the first, dates are told by the second. */
export interface Moment {
  mono: number;
  wall: number;
}

export const now = (): Moment => ({ mono: performance.now(), wall: Date.now() });

/** What a value was and when it was received; `at` may lie before the panel's start. */
export interface Aged<T> {
  value: T;
  at: Moment;
}

/** A storage of a node as the hub holds it. */
export interface StorageState {
  storageId: string;
  name: string;
  isMain: boolean;
  track: StorageTrack;
  figures: Aged<StorageFigures> | null;
  details: Record<string, unknown> | null;
  volumes: Aged<Volume[]> | null;
  /** Wall time after which a listing has to begin that somebody waits for; null while nobody does. */
  awaitedSince: number | null;
  /** What its report and those of other nodes contradict each other in. */
  alarm: Cause | null;
  checkedAt: Moment | null;
  /** When the last check was asked for, by the monotonic clock; null before the first. */
  begunAt: number | null;
}

/** The volumes of a storage on a node, and when they were listed. */
export interface ListedVolumes {
  storageId: string;
  nodeId: string;
  volumes: Volume[];
  /** Wall time at which the listing began. */
  listedAt: number;
  ageMs: number;
}

/** A change of status for history. */
export interface StatusChange {
  storageId: string | null;
  from: string;
  to: string;
  cause: Cause | null;
  reason: Text | null;
  wall: number;
}

/** What is known from before the panel started. */
export interface LastKnown {
  health: NodeHealth | null;
  figures: Aged<NodeFigures> | null;
  disks: Aged<DiskReport> | null;
  storages: Map<
    string,
    {
      status: string;
      figures: Aged<StorageFigures> | null;
      details: Record<string, unknown> | null;
      volumes: Aged<Volume[]> | null;
    }
  >;
}

const STARTING: Link = { state: "starting" };

/** All that the hub knows of one node. Holds no connection and no timer: moments come in with every call. */
export class NodeState {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly storages = new Map<string, StorageState>();
  #link: Link = STARTING;
  #verdict: NodeVerdict;
  #since: number | null = null;
  #figures: Aged<NodeFigures> | null;
  #raw: RawFigures | null = null;
  #threads: number | null = null;
  #disks: Aged<DiskReport> | null;
  #diskProblem: Text | null = null;
  #areVolumesNew = false;
  /** The statuses that history knows. */
  readonly #recorded = new Map<string | null, string>();

  constructor(nodeId: string, clusterId: string, last: LastKnown) {
    this.nodeId = nodeId;
    this.clusterId = clusterId;
    this.#figures = last.figures;
    this.#disks = last.disks;
    if (last.health) this.#recorded.set(null, last.health);
    for (const [storageId, storage] of last.storages) this.#recorded.set(storageId, storage.status);
    this.#verdict = nodeVerdict({ link: STARTING, storages: [] });
  }

  get link(): Link {
    return this.#link;
  }

  get verdict(): NodeVerdict {
    return this.#verdict;
  }

  get figures(): Aged<NodeFigures> | null {
    return this.#figures;
  }

  get disks(): Aged<DiskReport> | null {
    return this.#disks;
  }

  get since(): number | null {
    return this.#since;
  }

  /** Takes over which storages the node has; what is known of those that stay is kept. */
  setStorages(storages: readonly Pick<StorageState, "storageId" | "name" | "isMain">[], last: LastKnown): void {
    const ids = new Set(storages.map((storage) => storage.storageId));
    for (const id of this.storages.keys()) if (!ids.has(id)) this.storages.delete(id);
    for (const { storageId, name, isMain } of storages) {
      const known = this.storages.get(storageId);
      if (known) Object.assign(known, { name, isMain });
      else {
        const { figures = null, details = null, volumes = null } = last.storages.get(storageId) ?? {};
        const known = { figures, details, volumes, checkedAt: figures?.at ?? null };
        const blank = { track: UNMEASURED, awaitedSince: null, alarm: null, begunAt: null };
        this.storages.set(storageId, { storageId, name, isMain, ...blank, ...known });
      }
    }
  }

  setLink(link: Link, at: Moment): void {
    this.#link = link;
    if (link.state === "live") return;
    this.#raw = null;
    for (const storage of this.storages.values()) storage.track = forgetStorage(storage.track, at.wall);
  }

  setThreads(threads: number | null): void {
    this.#threads = threads;
  }

  addFigures(raw: RawFigures, at: Moment): void {
    this.#figures = { value: nodeFigures(this.#raw, raw, this.#threads), at };
    this.#raw = raw;
  }

  /** `begun`: when it was asked for, by the monotonic clock; a check says nothing about what came after it began. */
  addCheck(storageId: string, check: StorageCheck, at: Moment, begun = at.mono): void {
    const storage = this.storages.get(storageId);
    if (!storage) return;
    storage.track = advanceStorage(storage.track, check, at.mono, at.wall);
    storage.checkedAt = at;
    storage.begunAt = begun;
    if (check.figures) storage.figures = { value: check.figures, at };
    if (check.details)
      storage.details = check.outcome === "failed" ? { ...storage.details, ...check.details } : check.details;
    if (check.volumes) this.#addVolumes(storage, check.volumes, { mono: begun, wall: at.wall - (at.mono - begun) });
  }

  /** Sets or ends an alarm of a storage; whether that is new. */
  setAlarm(storageId: string, alarm: Cause | null): boolean {
    const storage = this.storages.get(storageId);
    if (!storage || JSON.stringify(storage.alarm) === JSON.stringify(alarm)) return false;
    storage.alarm = alarm;
    return true;
  }

  /** A look at the disks; one that brought nothing leaves the report of the last one, and says why. */
  addDisks(look: { report: DiskReport } | { problem: Text }, at: Moment): void {
    this.#diskProblem = "problem" in look ? look.problem : null;
    if ("report" in look) this.#disks = { value: look.report, at };
  }

  #addVolumes(storage: StorageState, volumes: Volume[], at: Moment): void {
    const before = storage.volumes?.value;
    const isSame = JSON.stringify(volumes) === JSON.stringify(before);
    const isAwaited = storage.awaitedSince !== null && at.wall > storage.awaitedSince;
    if (isAwaited) storage.awaitedSince = null;
    this.#areVolumesNew ||= !isSame || isAwaited;
    // The same list stays the same value: whoever keeps it sees by that that nothing is new.
    storage.volumes = { value: isSame && before ? before : volumes, at };
  }

  /** Volumes have changed just now: the next listing that begins is news, also where it says the same. */
  awaitVolumes(storageId: string, wall: number): void {
    const storage = this.storages.get(storageId);
    if (storage) storage.awaitedSince = wall;
  }

  /** Whether a listing differs from the one before it, or was waited for, since this was asked last. */
  takeVolumesNew(): boolean {
    const areNew = this.#areVolumesNew;
    this.#areVolumesNew = false;
    return areNew;
  }

  /** The last listing of each storage that has one. */
  listedVolumes(at: Moment): ListedVolumes[] {
    return [...this.storages.values()].flatMap(({ storageId, volumes }) => {
      if (!volumes) return [];
      const { nodeId } = this;
      return [
        { storageId, nodeId, volumes: volumes.value, listedAt: volumes.at.wall, ageMs: age(volumes.at, at) ?? 0 },
      ];
    });
  }

  /** Judges anew. Answers with what history should keep; empty when no status has changed. */
  settle(at: Moment): StatusChange[] {
    const storages = [...this.storages.values()];
    const before = this.#verdict.health;
    this.#verdict = nodeVerdict({ link: this.#link, storages });
    const main = storages.find((storage) => storage.isMain);
    if (this.#since === null || before !== this.#verdict.health) {
      this.#since = this.#verdict.health === "corrupted" ? (main?.track.since ?? at.wall) : at.wall;
    }
    // A panel that starts, or a storage not proven yet, is no change of the node's.
    if (this.#link.state === "starting") return [];
    const { health, cause, reason } = this.#verdict;
    const isProving = this.#link.state === "live" && health === "unknown" && cause === null;
    const changes = isProving ? [] : this.#record(null, health, cause, reason, at);
    if (this.#link.state !== "live") return changes;
    for (const { storageId, track } of storages) {
      if (track.status === "unknown" && track.cause === null) continue;
      changes.push(...this.#record(storageId, track.status, track.cause, track.cause?.reason ?? null, at));
    }
    return changes;
  }

  #record(storageId: string | null, to: string, cause: Cause | null, reason: Text | null, at: Moment): StatusChange[] {
    const from = this.#recorded.get(storageId) ?? "unknown";
    this.#recorded.set(storageId, to);
    return from === to ? [] : [{ storageId, from, to, cause, reason, wall: at.wall }];
  }

  /** As pages see it; ages are true at `at`. */
  view(at: Moment): NodeLive {
    const { health, reason, cause, warnings } = this.#verdict;
    const alarms = [...this.storages.values()].flatMap(({ alarm }) => (alarm ? [alarm.reason] : []));
    return {
      nodeId: this.nodeId,
      clusterId: this.clusterId,
      health,
      reason,
      cause,
      since: iso(this.#since),
      figures: this.#figures?.value ?? null,
      figuresAgeMs: age(this.#figures?.at ?? null, at),
      warnings: [...alarms, ...warnings],
      diskFaults: diskFaults(this.#disks?.value ?? null),
      storages: [...this.storages.values()].map((storage) => this.#storageView(storage, at)),
    };
  }

  /** By storage, what the last check reported beyond status and figures; asked for by the pages that show it. */
  details(): Record<string, Record<string, unknown> | null> {
    return Object.fromEntries([...this.storages.values()].map(({ storageId, details }) => [storageId, details]));
  }

  /** Asked for by the node's own page. */
  disksView(): NodeDisks {
    const { value = null, at } = this.#disks ?? {};
    return { report: value, measuredAt: iso(at?.wall ?? null), problem: this.#diskProblem };
  }

  /** Only what is new every second. */
  figuresView(at: Moment): FiguresLive {
    const { nodeId, clusterId } = this;
    return {
      nodeId,
      clusterId,
      figures: this.#figures?.value ?? null,
      figuresAgeMs: age(this.#figures?.at ?? null, at),
    };
  }

  #storageView({ storageId, track, figures, checkedAt, details, alarm }: StorageState, at: Moment): StorageLive {
    return {
      storageId,
      nodeId: this.nodeId,
      status: alarm && track.status === "ok" ? "degraded" : track.status,
      suspect: track.suspect,
      readOnly: track.readOnly,
      full: track.full,
      since: iso(track.since),
      confirmedAt: iso(track.confirmedAt),
      cause: alarm ?? track.cause,
      checks: track.checks,
      figures: figures?.value ?? null,
      figuresAgeMs: age(figures?.at ?? null, at),
      checkedAgeMs: age(checkedAt, at),
      capacityOf: typeof details?.capacityOf === "string" && details.capacityOf !== "" ? details.capacityOf : null,
    };
  }
}

const iso = (wall: number | null) => (wall === null ? null : new Date(wall).toISOString());

const age = (from: Moment | null, at: Moment) => (from === null ? null : Math.max(0, Math.round(at.mono - from.mono)));
