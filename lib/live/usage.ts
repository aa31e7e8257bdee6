import { sql } from "drizzle-orm";
import { db } from "../db/client.ts";
import { RESOLUTION } from "../domain/usage.ts";
import type { Moment, NodeState } from "./node-state.ts";

/** A storage's figures are taken this often. */
const SAMPLE_MS = 10_000;
/** Older figures are no measurement of now: checks of quiet storages come once a minute. */
const FRESH_MS = 90_000;
const MINUTE = RESOLUTION["1m"].span;

/** A minute of one storage on one node, as it is written. Bytes. */
interface Minute {
  node: string;
  storage: string;
  samples: number;
  size: number;
  least: number;
  sum: number;
  most: number;
  allocated: number | null;
}

/** A minute of all of them, complete. */
export interface UsageMinute {
  /** Its beginning, in milliseconds. */
  at: number;
  rows: Minute[];
}

/** Gathers how full storages are, minute by minute. What is not measured is not there. Holds no timer: moments come in. */
export class UsageSamples {
  #at = 0;
  #rows = new Map<string, Minute>();
  #sampledAt = Number.NEGATIVE_INFINITY;

  /** Takes the figures of now where it is time to; answers with the minute that has ended, if one has. */
  add(states: Iterable<NodeState>, at: Moment): UsageMinute | null {
    const minute = Math.floor(at.wall / MINUTE) * MINUTE;
    const ended = this.#at !== minute && this.#rows.size > 0 ? { at: this.#at, rows: [...this.#rows.values()] } : null;
    if (this.#at !== minute) {
      this.#at = minute;
      this.#rows = new Map();
    }
    if (at.mono - this.#sampledAt >= SAMPLE_MS) {
      this.#sampledAt = at.mono;
      for (const state of states) this.#take(state, at);
    }
    return ended;
  }

  #take({ nodeId, storages }: NodeState, at: Moment): void {
    for (const { storageId, figures } of storages.values()) {
      if (!figures || at.mono - figures.at.mono > FRESH_MS) continue;
      const { size, used, allocated } = figures.value;
      if (size === null || used === null) continue;
      const key = `${nodeId} ${storageId}`;
      const row = this.#rows.get(key);
      if (!row) {
        const first = { samples: 1, least: used, sum: used, most: used };
        this.#rows.set(key, { node: nodeId, storage: storageId, size, allocated, ...first });
        continue;
      }
      row.samples += 1;
      row.sum += used;
      row.least = Math.min(row.least, used);
      row.most = Math.max(row.most, used);
      Object.assign(row, { size, allocated });
    }
  }
}

/** Writes a minute in one statement. A node or storage that has gone meanwhile is left out; a minute that is there stays. */
export async function writeUsage({ at, rows }: UsageMinute): Promise<void> {
  const input = JSON.stringify(
    rows.map(({ node, storage, samples, size, least, sum, most, allocated }) => ({
      ...{ node, storage, samples, size, least, most, allocated },
      mean: Math.round(sum / samples),
    })),
  );
  await db().transaction(async (tx) => {
    await tx.execute(sql`insert into usage_series (node_id, storage_id)
      select i.node, i.storage from jsonb_to_recordset(${input}::jsonb) as i(node text, storage text)
      join nodes n on n.id = i.node join storages s on s.id = i.storage
      where not exists (select 1 from usage_series u where u.node_id = i.node and u.storage_id = i.storage)
      on conflict do nothing`);
    await tx.execute(sql`insert into usage_1m (series, at, samples, size, used_min, used_avg, used_max, allocated)
      select u.id, ${new Date(at).toISOString()}::timestamptz, i.samples, i.size, i.least, i.mean, i.most, i.allocated
      from jsonb_to_recordset(${input}::jsonb)
        as i(node text, storage text, samples int, size bigint, least bigint, mean bigint, most bigint, allocated bigint)
      join usage_series u on u.node_id = i.node and u.storage_id = i.storage
      on conflict do nothing`);
  });
}
