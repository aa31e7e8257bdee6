import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll } from "vitest";
import { db } from "../../db/client.ts";
import { drives, taskLocks, tasks } from "../../db/schema/index.ts";
import { type StorageSeed, seedCluster, TWO_STORAGES } from "../../db/test-cluster.ts";
import type { TestDatabase } from "../../db/test-database.ts";
import type { Volume } from "../../domain/drive.ts";
import type { DriveRequest } from "../../domain/drive-request.ts";
import type { NodeLive, StorageLive } from "../../domain/live.ts";
import { confirmDrives, previewDrives } from "./request.ts";
import { registerDriveSteps } from "./settle.ts";
import type { Measured } from "./world.ts";
import { ctx, startTestPanel } from "../test-panel.ts";

export const GIB = 1024 ** 3;
export const MIB = 1024 ** 2;

/**
 * A cluster of two nodes with an LVM and a File storage, and those that are asked for beside them, in a database of the
 * file's own; each test begins without drives.
 */
export function driveCluster(more: readonly StorageSeed[] = []): void {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startTestPanel();
    registerDriveSteps();
    const storages = [...TWO_STORAGES, ...more].map((storage): StorageSeed => {
      if (storage.kind !== "lvm") return storage;
      return {
        ...storage,
        identity: (nodeId) => ({ vgUuid: `UUID-${nodeId}`, pvUuids: "PV", imageFs: "", shareFs: "" }),
      };
    });
    await seedCluster({ storages, nodes: [{ id: "nd_1" }, { id: "nd_2" }] });
  });
  afterAll(async () => {
    await database.stop();
  });
  afterEach(async () => {
    await db().delete(drives);
    await db().delete(taskLocks);
    await db().delete(tasks);
  });
}

export const FREE: Record<string, number> = { nd_1: 10 * GIB, nd_2: 20 * GIB };

/** On a storage that all nodes share. */
export const SHARED_FREE = 30 * GIB;
const STORAGES = ["st_lvm", "st_file", "st_net"];

export interface Situation {
  health?: Record<string, NodeLive["health"]>;
  storage?: Partial<StorageLive>;
  details?: Record<string, unknown>;
  volumes?: (Partial<Volume> & { nodeId: string; storageId: string })[];
  /** Nodes of which the last listing is an hour old. */
  longAgo?: readonly string[];
}

/** What the hub would answer. */
export function seen({
  health = {},
  storage = {},
  details,
  volumes = [],
  longAgo = [],
}: Situation = {}): () => Promise<Measured> {
  const storageOn = (nodeId: string, storageId: string): StorageLive => {
    const free = storageId === "st_net" ? SHARED_FREE : (FREE[nodeId] ?? 0);
    return {
      ...{ storageId, nodeId, status: "ok", suspect: false, readOnly: false, full: false, since: null, checks: 1 },
      ...{ confirmedAt: null, cause: null, figuresAgeMs: 0, checkedAgeMs: 0, capacityOf: null },
      figures: { size: 100 * GIB, used: 0, allocated: 0, free },
      ...storage,
    };
  };
  const live = ["nd_1", "nd_2"].map((nodeId): NodeLive => {
    const nothing = {
      reason: null,
      cause: null,
      since: null,
      figures: null,
      figuresAgeMs: 0,
      warnings: [],
      diskFaults: [],
    };
    const own = STORAGES.map((id) => storageOn(nodeId, id));
    return { nodeId, clusterId: "cl_1", health: health[nodeId] ?? "active", ...nothing, storages: own };
  });
  const listed = ["nd_1", "nd_2"].flatMap((nodeId) =>
    STORAGES.map((storageId) => ({
      ...{ nodeId, storageId, listedAt: Date.now() + (longAgo.includes(nodeId) ? -3_600_000 : 60_000), ageMs: 0 },
      volumes: volumes
        .filter((volume) => volume.nodeId === nodeId && volume.storageId === storageId)
        .map(({ nodeId: _node, storageId: _storage, ...volume }): Volume => {
          const base = { name: "x", drive: null, label: null, size: null, used: null };
          return { ...base, isActive: false, isOpen: false, isBlanking: false, isWiping: false, ...volume };
        }),
    })),
  );
  const groupOf = (free = 0) => {
    const vg = { extentSize: 4 * MIB, freeExtents: free / (4 * MIB), metadataFree: MIB };
    return details ?? { vg, pvs: [{ uuid: "PV", isMissing: false }] };
  };
  const reported = (nodeId: string) =>
    [nodeId, { st_lvm: groupOf(FREE[nodeId]), st_file: null, st_net: groupOf(SHARED_FREE) }] as const;
  return async () => ({ live, volumes: listed, details: Object.fromEntries(["nd_1", "nd_2"].map(reported)) });
}

type Create = Extract<DriveRequest, { verb: "create" }>;

let keys = 0;
export function create(change: Partial<Create> = {}): Create {
  keys += 1;
  const key = `key${String(keys).padStart(17, "0")}`;
  const base = { verb: "create", key, storageId: "st_lvm", nodeId: null, format: "raw", size: GIB } as const;
  return { ...base, labels: [`drive ${keys}`], ...change };
}

/** Confirms what a preview shows. */
export async function confirm(request: DriveRequest, look = seen(), typed = "") {
  const { digest, problems, blockers } = await previewDrives(ctx, request, look);
  if (!digest) throw new Error(JSON.stringify({ problems, blockers }));
  return confirmDrives(ctx, { request, digest, typed }, look);
}

/** A drive as it stands once its creation has ended well. */
export async function ready(change: Partial<Create> = {}) {
  const request = create(change);
  const { taskId } = await confirm(request);
  await db().update(drives).set({ state: "ready", taskId: null }).where(eq(drives.taskId, taskId));
  await db().delete(taskLocks).where(eq(taskLocks.taskId, taskId));
  await db().update(tasks).set({ state: "done", endedAt: new Date() }).where(eq(tasks.id, taskId));
  const [row] = await db()
    .select()
    .from(drives)
    .where(eq(drives.label, request.labels[0] ?? ""));
  return row!;
}
