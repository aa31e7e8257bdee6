import { inArray } from "drizzle-orm";
import { writeAudit } from "../../audit/write.ts";
import { inTransaction, type Transaction } from "../../db/client.ts";
import { drives } from "../../db/schema/index.ts";
import { type DrivePlanView, driveObstacle } from "../../domain/drive.ts";
import { type DriveRequest, driveRequestSchema } from "../../domain/drive-request.ts";
import { PanelError } from "../../domain/errors.ts";
import { isReached } from "../../domain/node.ts";
import { announceChanged } from "../../live/changed.ts";
import type { ServiceContext } from "../context.ts";
import { lookEverywhere } from "../live/look-everywhere.ts";
import { lockNodes } from "../nodes/lock.ts";
import { startPlanned, withDigest } from "../tasks/start-plan.ts";
import { driveIdOf } from "./ids.ts";
import { driveView, requireDrive } from "./list.ts";
import { formatOf, type Planned, type PlannedDrive, planDrives } from "./plan.ts";
import { measured, World } from "./world.ts";

/** After this a check that has not come back is not waited for: what is known then is judged. */
const LOOK_MS = 20_000;
/** A check this young is as good as a new one: each step proves on the node what it needs before it runs. */
const FRESH_MS = 10_000;

/** Nodes on which a plan's storage is looked at: those of its drives; of one that all nodes share every node that answers. */
function nodesToLookAt(world: World, storageId: string, own: readonly PlannedDrive[]): string[] {
  const storage = world.storage(storageId);
  if (!storage || !world.isShared(storage)) return [...new Set(own.map(({ nodeId }) => nodeId))];
  return world.nodesOf(storage).flatMap(({ id }) => (isReached(world.health(id)) ? id : []));
}

/** Every storage of a plan is looked at on its nodes, unless its last check is younger than `ageMs`. */
async function lookAtPlaces(world: World, { drives: list }: Planned, ageMs: number): Promise<void> {
  const since = performance.now() - ageMs;
  const places = [...Map.groupBy(list, ({ storageId }) => storageId)];
  await Promise.all(
    places.map(([storageId, own]) => lookEverywhere(storageId, nodesToLookAt(world, storageId, own), since, LOOK_MS)),
  );
}

/**
 * What would run for a request, as forms show it while they are filled in. Where the plan leads is looked at meanwhile, so
 * that whoever confirms it need not wait for that. Throws ZodError for what is no request.
 */
export async function previewDrives(ctx: ServiceContext, input: unknown, look = measured): Promise<DrivePlanView> {
  const request = driveRequestSchema.parse(input);
  const world = await World.read(await look());
  const planned = planDrives(world, ctx.actor.id, request);
  void lookAtPlaces(world, planned, FRESH_MS / 2);
  const { drives: _drives, ...view } = planned;
  return withDigest(view);
}

/** The task that makes these drives already: the same form, sent twice. */
function earlierTask(world: World, ctx: ServiceContext, request: DriveRequest): string | null {
  if (request.verb !== "create") return null;
  const ids = request.labels.map((_, index) => driveIdOf(ctx.actor.id, request.key, index));
  return world.drives.find((drive) => ids.includes(drive.id))?.taskId ?? null;
}

const WORKING = { create: "creating", grow: "growing", delete: "deleting" } as const;

/** Rows of new drives, or the state of those that are changed: from here on the space is reserved. */
async function writeRows(
  tx: Transaction,
  world: World,
  verb: DriveRequest["verb"],
  list: readonly PlannedDrive[],
  taskId: string,
): Promise<void> {
  if (verb === "create") {
    const rows = list.map(({ id, clusterId, storageId, nodeId, label, size }) => {
      const storage = world.storage(storageId);
      const format = storage ? formatOf(storage) : null;
      if (!format) throw new Error(`${storageId} holds no drives`);
      const place = storage && world.isShared(storage) ? null : nodeId;
      return { id, clusterId, storageId, nodeId: place, label, size, format, state: "creating" as const, taskId };
    });
    await tx.insert(drives).values(rows);
    return;
  }
  const state = verb === "grow" || verb === "delete" ? { state: WORKING[verb] } : {};
  // A drive that is to grow is counted with its new size at once.
  for (const { id, newSize } of list) {
    const size = newSize === undefined ? {} : { size: newSize };
    await tx
      .update(drives)
      .set({ ...state, ...size, taskId, changedAt: new Date() })
      .where(inArray(drives.id, [id]));
  }
}

/**
 * Starts what was shown. The storages are looked at unless that was just done; where that changes the plan nothing runs (`stale`).
 * `typed`: what a deletion has to be confirmed with. The space is reserved in the transaction that writes the task.
 */
export async function confirmDrives(
  ctx: ServiceContext,
  input: { request: DriveRequest; digest: string; typed: string },
  look = measured,
): Promise<{ taskId: string }> {
  const { request } = input;
  const before = await World.read(await look());
  const earlier = earlierTask(before, ctx, request);
  if (earlier) return { taskId: earlier };
  const shown = planDrives(before, ctx.actor.id, request);
  await lookAtPlaces(before, shown, FRESH_MS);
  const seen = await look();
  return inTransaction(async (tx) => {
    // Two at once never promise the same space.
    await lockNodes(tx, clusterOf(request, before) ?? "");
    const world = await World.read(seen, tx);
    const again = earlierTask(world, ctx, request);
    if (again) return { taskId: again };
    const nodeIds = shown.drives.map(({ nodeId }) => nodeId);
    const planned = planDrives(world, ctx.actor.id, request, nodeIds);
    const clusterId = planned.drives[0]?.clusterId ?? null;
    const taskId = await startPlanned(tx, ctx, planned, { ...input, clusterId });
    await writeRows(tx, world, request.verb, planned.drives, taskId);
    await announceChanged(tx, "drive", "*");
    return { taskId };
  });
}

/** The cluster that a request is about. */
function clusterOf(request: DriveRequest, world: World): string | undefined {
  if (request.verb === "create") return world.storage(request.storageId)?.clusterId;
  return requireDrive(world, request.ids[0] ?? "").clusterId;
}

/** Protects drives from deletion, or lets go of that. Throws PanelError `not-found`, or `conflict` with the first obstacle. */
export async function protectDrives(
  ctx: ServiceContext,
  input: { ids: string[]; isProtected: boolean },
): Promise<{ changed: number }> {
  const verb = input.isProtected ? "protect" : "unprotect";
  const seen = await measured();
  return inTransaction(async (tx) => {
    const world = await World.read(seen, tx);
    const rows = [...new Set(input.ids)].map((id) => requireDrive(world, id));
    // Of many, those that are so already are left as they are.
    const wanted = rows.filter((row) => rows.length === 1 || row.isProtected !== input.isProtected);
    for (const row of wanted) {
      const storage = world.storage(row.storageId);
      const obstacle = storage && driveObstacle(verb, driveView(world, row), world.driverOf(storage));
      if (obstacle) throw new PanelError({ code: "conflict", message: obstacle });
      await tx
        .update(drives)
        .set({ isProtected: input.isProtected })
        .where(inArray(drives.id, [row.id]));
      await writeAudit(tx, ctx, {
        action: `drive.${verb}`,
        entity: "drive",
        entityId: row.id,
        detail: { label: row.label },
      });
    }
    await announceChanged(tx, "drive", "*");
    return { changed: wanted.length };
  });
}
