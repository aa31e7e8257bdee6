import { sql } from "drizzle-orm";
import { db, isDatabaseAway } from "../db/client.ts";
import { nodeDisks, nodeLast, statusChanges, storageLast, volumesLast } from "../db/schema/index.ts";
import { log } from "../log.ts";
import { announceChanged } from "./changed.ts";
import { type NodeState, now, type StatusChange } from "./node-state.ts";
import { UsageSamples, writeUsage } from "./usage.ts";

/** Last figures are written at most this often; a change of status at once. */
const FIGURES_MS = 30_000;

interface Pending {
  state: NodeState;
  changes: StatusChange[];
  writtenAt: number;
  /** Wall time of the look at the disks that is written. */
  disksAt: number | null;
}

/**
 * Writes last measurements and history, one node after another. A database that is away costs nothing but history: the
 * next write tries again with what is known then.
 */
export class Persistence {
  readonly #pending = new Map<string, Pending>();
  readonly #usage = new UsageSamples();
  #isWriting = false;

  add(state: NodeState): void {
    this.#pending.set(state.nodeId, {
      state,
      changes: [],
      writtenAt: performance.now(),
      disksAt: state.disks?.at.wall ?? null,
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
      for (const entry of [...this.#pending.values()]) {
        const isDue = isLast || entry.changes.length > 0 || performance.now() - entry.writtenAt >= FIGURES_MS;
        if (isDue) await this.#write(entry);
      }
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

  async #write(entry: Pending): Promise<void> {
    const changes = entry.changes.splice(0);
    entry.writtenAt = performance.now();
    try {
      await writeNode(entry.state, changes);
      await this.#writeDisks(entry);
    } catch (error) {
      if (!this.#pending.has(entry.state.nodeId)) return;
      entry.changes.unshift(...changes.slice(0, 1_000));
      log.warn("the last measurements of a node could not be written", { node: entry.state.nodeId, error });
    }
  }

  async #writeDisks(entry: Pending): Promise<void> {
    const { disks, nodeId } = entry.state;
    if (!disks || disks.at.wall === entry.disksAt) return;
    const row = { nodeId, report: disks.value, measuredAt: new Date(disks.at.wall) };
    await db().insert(nodeDisks).values(row).onConflictDoUpdate({ target: nodeDisks.nodeId, set: row });
    entry.disksAt = disks.at.wall;
  }
}

async function writeNode(state: NodeState, changes: StatusChange[]): Promise<void> {
  const { nodeId } = state;
  await db().transaction(async (tx) => {
    if (state.link.state !== "starting") {
      const { health, reason } = state.verdict;
      const figures = state.figures;
      const row = {
        nodeId,
        health,
        reason,
        since: new Date(state.since ?? Date.now()),
        figures: figures?.value ?? null,
        measuredAt: figures ? new Date(figures.at.wall) : null,
      };
      await tx.insert(nodeLast).values(row).onConflictDoUpdate({ target: nodeLast.nodeId, set: row });
    }
    const rows = [...state.storages.values()]
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
      }));
    if (rows.length > 0) {
      const excluded = (name: string) => sql.raw(`excluded.${name}`);
      await tx
        .insert(storageLast)
        .values(rows)
        .onConflictDoUpdate({
          target: [storageLast.nodeId, storageLast.storageId],
          set: {
            status: excluded("status"),
            since: excluded("since"),
            cause: excluded("cause"),
            figures: excluded("figures"),
            details: excluded("details"),
            measuredAt: excluded("measured_at"),
          },
        });
    }
    const listings = [...state.storages.values()].flatMap(({ storageId, volumes }) =>
      volumes ? [{ nodeId, storageId, volumes: volumes.value, measuredAt: new Date(volumes.at.wall) }] : [],
    );
    for (const row of listings) {
      const target = [volumesLast.nodeId, volumesLast.storageId];
      await tx.insert(volumesLast).values(row).onConflictDoUpdate({ target, set: row });
    }
    if (changes.length > 0) {
      await tx
        .insert(statusChanges)
        .values(changes.map(({ wall, ...change }) => ({ ...change, nodeId, at: new Date(wall) })));
      await announceChanged(tx, "history", nodeId);
    }
  });
}
