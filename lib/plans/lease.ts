import { and, eq, isNull, like, ne, sql } from "drizzle-orm";
import { db } from "../db/client.ts";
import { tasks } from "../db/schema/index.ts";
import { LEASE_SECONDS } from "./lease-time.ts";

/** Nothing is started on a node once the lease is that near to its end by our own clock. */
const MARGIN_MS = 3_000;

/** Another process works on the task now, or it has ended: whatever this one still wants is nobody's business. */
export class LeaseLost extends Error {
  override name = "LeaseLost";
}

/** This process's right to work on one task. */
export class Lease {
  readonly taskId: string;
  /** Every journal write is bound to it: a process that was frozen and thaws has a lower one. */
  readonly epoch: number;
  readonly #ending = new AbortController();
  #freshUntil: number;
  #cancelRequested: boolean;
  #isFinal = false;

  constructor(taskId: string, epoch: number, cancelRequested: boolean, askedAt: number) {
    this.taskId = taskId;
    this.epoch = epoch;
    this.#cancelRequested = cancelRequested;
    this.#freshUntil = askedAt + LEASE_SECONDS * 1000 - MARGIN_MS;
  }

  /** Somebody asked for the task to be undone, and it still can be. */
  get cancelRequested(): boolean {
    return this.#cancelRequested && !this.#isFinal;
  }

  /** A final step is done: from here on the task goes to its end. */
  passFinal(): void {
    this.#isFinal = true;
  }

  /** Aborted when the lease is lost or the engine stops. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  end(reason: Error): void {
    this.#ending.abort(reason);
  }

  /** `askedAt`: our clock before the database was asked. */
  renewed(askedAt: number, cancelRequested: boolean): void {
    this.#freshUntil = askedAt + LEASE_SECONDS * 1000 - MARGIN_MS;
    this.#cancelRequested ||= cancelRequested;
  }

  /** Until then, by our own clock, nobody else can have taken the task. */
  get freshUntil(): number {
    return this.#freshUntil;
  }

  get isFresh(): boolean {
    return performance.now() < this.#freshUntil;
  }
}

const until = sql`now() + make_interval(secs => ${LEASE_SECONDS})`;

/** Takes the oldest open task that nobody works on. */
export async function claimTask(owner: string): Promise<Lease | null> {
  const askedAt = performance.now();
  const [row] = await db()
    .update(tasks)
    .set({
      leaseOwner: owner,
      leaseUntil: until,
      leaseEpoch: sql`${tasks.leaseEpoch} + 1`,
      state: sql`case when ${tasks.state} = 'queued' then 'running' else ${tasks.state} end`,
      startedAt: sql`coalesce(${tasks.startedAt}, now())`,
    })
    .where(
      eq(
        tasks.id,
        sql`(select id from tasks where ended_at is null and (lease_until is null or lease_until < now()) order by created_at for update skip locked limit 1)`,
      ),
    )
    .returning({ id: tasks.id, epoch: tasks.leaseEpoch, cancelRequested: tasks.cancelRequested });
  return row ? new Lease(row.id, row.epoch, row.cancelRequested, askedAt) : null;
}

/** Renews what `owner` holds; a lease that is not among the answers' is lost. */
export async function renewLeases(owner: string, leases: ReadonlyMap<string, Lease>): Promise<void> {
  const askedAt = performance.now();
  const rows = await db()
    .update(tasks)
    .set({ leaseUntil: until })
    .where(and(eq(tasks.leaseOwner, owner), isNull(tasks.endedAt)))
    .returning({ id: tasks.id, epoch: tasks.leaseEpoch, cancelRequested: tasks.cancelRequested });
  const held = new Map(rows.map((row) => [row.id, row]));
  for (const lease of leases.values()) {
    const row = held.get(lease.taskId);
    if (row?.epoch === lease.epoch) lease.renewed(askedAt, row.cancelRequested);
    else lease.end(new LeaseLost(lease.taskId));
  }
}

/** Gives back what processes of this installation held that are known to be dead, or what `owner` itself holds. */
export async function releaseLeases(owner: string, whose: "earlier" | "own"): Promise<void> {
  const [installation] = owner.split(":");
  const match =
    whose === "own"
      ? eq(tasks.leaseOwner, owner)
      : and(like(tasks.leaseOwner, `${installation}:%`), ne(tasks.leaseOwner, owner));
  await db()
    .update(tasks)
    .set({ leaseUntil: sql`now() - interval '1 second'` })
    .where(and(match, isNull(tasks.endedAt)));
}
