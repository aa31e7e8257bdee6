import { type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import { db, type Executor, isDatabaseAway } from "../db/client.ts";
import { nodeDisks, nodeLast, statusChanges, storageLast, volumesLast } from "../db/schema/index.ts";
import type { Volume } from "../domain/drive.ts";
import { log } from "../log.ts";
import { announceChanged } from "./changed.ts";
import { type NodeState, now, type StatusChange } from "./node-state.ts";
import { UsageSamples, writeUsage } from "./usage.ts";

/** Last figures are written at most this often; a change of status at once. */
const FIGURES_MS = 30_000;
/** A list of volumes that stays the same is written again after this long, for its age. */
const LISTED_MS = 300_000;
/** Nodes written in one transaction. */
const AT_ONCE = 100;

interface Pending {
  state: NodeState;
  changes: StatusChange[];
  writtenAt: number;
  /** Wall time of the look at the disks that is written. */
  disksAt: number | null;
  /** The lists that are written, by storage. */
  listed: Map<string, { volumes: Volume[]; wall: number }>;
}

/**
 * Writes last measurements and history, many nodes at once. A database that is away costs nothing but history: the next
 * write tries again with what is known then.
 */
export class Persistence {
  readonly #pending = new Map<string, Pending>();
  readonly #usage = new UsageSamples();
  #isWriting = false;

  add(state: NodeState): void {
    this.#pending.set(state.nodeId, {
      state,
      changes: [],
      // Nodes that are followed from the same moment on are not written in the same moment.
      writtenAt: performance.now() - Math.random() * FIGURES_MS,
      disksAt: state.disks?.at.wall ?? null,
      listed: new Map(),
    });
  }

  remove(nodeId: string): void {
    this.#pending.delete(nodeId);
  }

  changed(nodeId: string, changes: StatusChange[]): void {
    this.#pending.get(nodeId)?.changes.push(...changes);
    void this.flush();
  }

  /** Writes what is due; called every second, and with `isLast` when the hub stops. */
  async flush(isLast = false): Promise<void> {
    if (this.#isWriting || isDatabaseAway()) return;
    this.#isWriting = true;
    try {
      await this.#writeUsage();
      const due = [...this.#pending.values()].filter(
        ({ changes, writtenAt }) => isLast || changes.length > 0 || performance.now() - writtenAt >= FIGURES_MS,
      );
      for (let from = 0; from < due.length; from += AT_ONCE) await this.#write(due.slice(from, from + AT_ONCE));
    } finally {
      this.#isWriting = false;
    }
  }

  /** A minute of all storages at once; one that can't be written is a gap. */
  async #writeUsage(): Promise<void> {
    const states = [...this.#pending.values()].map((entry) => entry.state);
    const minute = this.#usage.add(states, now());
    if (!minute) return;
    try {
      await writeUsage(minute);
    } catch (error) {
      log.warn("a minute of the use of storages could not be written", { at: new Date(minute.at), error });
    }
  }

  /** Many at once; where one of them can't be written (its node is just being removed), each by itself. */
  async #write(entries: Pending[]): Promise<void> {
    const parts = entries.map((entry) => partOf(entry));
    for (const entry of entries) entry.writtenAt = performance.now();
    try {
      await db().transaction((tx) => writeParts(tx, parts));
      for (const part of parts) noteWritten(part);
    } catch (error) {
      const isOver = isDatabaseAway();
      for (const { entry, changes } of parts) entry.changes.unshift(...changes.slice(0, 1_000));
      if (entries.length > 1 && !isOver) {
        log.info("measurements of many nodes could not be written at once; each is written by itself", { error });
        for (const entry of entries) if (this.#pending.has(entry.state.nodeId)) await this.#write([entry]);
        return;
      }
      const nodes = entries.map(({ state }) => state.nodeId).filter((nodeId) => this.#pending.has(nodeId));
      if (nodes.length > 0) log.warn("the last measurements of nodes could not be written", { nodes, error });
    }
  }
}

/** What is written of a node. */
interface Part {
  entry: Pending;
  changes: StatusChange[];
  node: typeof nodeLast.$inferInsert | null;
  storages: (typeof storageLast.$inferInsert)[];
  listings: (typeof volumesLast.$inferInsert)[];
  disks: typeof nodeDisks.$inferInsert | null;
}

/** Takes the changes out of the entry: whoever can't write them puts them back. */
function partOf(entry: Pending): Part {
  const { state } = entry;
  const { nodeId, disks } = state;
  const storages = [...state.storages.values()];
  const areDisksNew = disks !== null && disks.at.wall !== entry.disksAt;
  return {
    entry,
    changes: entry.changes.splice(0),
    node: state.link.state === "starting" ? null : nodeRow(state),
    storages: storages
      .filter((storage) => storage.track.since !== null)
      .map(({ storageId, track, figures, details }) => ({
        nodeId,
        storageId,
        status: track.status,
        since: track.since === null ? null : new Date(track.since),
        cause: track.cause,
        figures: figures?.value ?? null,
        details,
        measuredAt: figures ? new Date(figures.at.wall) : null,
      })),
    listings: storages.flatMap(({ storageId, volumes }) => {
      if (!volumes) return [];
      const written = entry.listed.get(storageId);
      if (written?.volumes === volumes.value && volumes.at.wall - written.wall < LISTED_MS) return [];
      return [{ nodeId, storageId, volumes: volumes.value, measuredAt: new Date(volumes.at.wall) }];
    }),
    disks: areDisksNew ? { nodeId, report: disks.value, measuredAt: new Date(disks.at.wall) } : null,
  };
}

function nodeRow(state: NodeState): typeof nodeLast.$inferInsert {
  const { health, reason } = state.verdict;
  const { figures } = state;
  return {
    nodeId: state.nodeId,
    health,
    reason,
    since: new Date(state.since ?? Date.now()),
    figures: figures?.value ?? null,
    measuredAt: figures ? new Date(figures.at.wall) : null,
  };
}

function noteWritten({ entry, listings, disks }: Part): void {
  if (disks) entry.disksAt = disks.measuredAt.getTime();
  for (const { storageId, volumes, measuredAt } of listings)
    entry.listed.set(storageId, { volumes, wall: measuredAt.getTime() });
}

const excluded = (column: AnyPgColumn) => sql.raw(`excluded."${column.name}"`);

async function writeParts(tx: Executor, parts: readonly Part[]): Promise<void> {
  // A removal that takes the same rows in another order must win: this gives up before the database looks for deadlocks.
  await tx.execute(sql`set local lock_timeout = '500ms'`);
  const nodes = parts.flatMap(({ node }) => node ?? []);
  const kept = parts.flatMap((part) => part.storages);
  const listings = parts.flatMap((part) => part.listings);
  const disks = parts.flatMap((part) => part.disks ?? []);
  if (nodes.length > 0) {
    const { health, reason, since, figures, measuredAt } = nodeLast;
    const set = mapOf({ health, reason, since, figures, measuredAt });
    await tx.insert(nodeLast).values(nodes).onConflictDoUpdate({ target: nodeLast.nodeId, set });
  }
  if (kept.length > 0) {
    const { nodeId, storageId, status, since, cause, figures, details, measuredAt } = storageLast;
    const set = mapOf({ status, since, cause, figures, details, measuredAt });
    await tx
      .insert(storageLast)
      .values(kept)
      .onConflictDoUpdate({ target: [nodeId, storageId], set });
  }
  if (listings.length > 0) {
    const { nodeId, storageId, volumes, measuredAt } = volumesLast;
    const set = mapOf({ volumes, measuredAt });
    await tx
      .insert(volumesLast)
      .values(listings)
      .onConflictDoUpdate({ target: [nodeId, storageId], set });
  }
  if (disks.length > 0) {
    const { report, measuredAt } = nodeDisks;
    const set = mapOf({ report, measuredAt });
    await tx.insert(nodeDisks).values(disks).onConflictDoUpdate({ target: nodeDisks.nodeId, set });
  }
  for (const { entry, changes } of parts) {
    if (changes.length === 0) continue;
    const { nodeId } = entry.state;
    const rows = changes.map(({ wall, ...change }) => ({ ...change, nodeId, at: new Date(wall) }));
    await tx.insert(statusChanges).values(rows);
    await announceChanged(tx, "history", nodeId);
  }
}

/** Each column as the row that could not be inserted has it. */
function mapOf<K extends string>(columns: Record<K, AnyPgColumn>): Record<K, SQL> {
  return Object.fromEntries(
    Object.entries<AnyPgColumn>(columns).map(([key, column]) => [key, excluded(column)]),
  ) as Record<K, SQL>;
}
