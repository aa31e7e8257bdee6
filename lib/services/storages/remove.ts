import { z } from "zod";
import { inTransaction } from "../../db/client.ts";
import { PanelError } from "../../domain/errors.ts";
import type { RemovalView } from "../../domain/planned.ts";
import { windowOf } from "../../domain/plan-window.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import type { ServiceContext } from "../context.ts";
import { measured, onceOf, type StorageRow, World } from "../drives/world.ts";
import { startPlanned, withDigest } from "../tasks/start-plan.ts";
import { lockStorage } from "./lock.ts";
import { planRemoval } from "./plan-removal.ts";

export const confirmRemovalSchema = z.strictObject({
  storageId: z.string().min(1).max(80),
  isForced: z.boolean(),
  digest: z.string().length(64),
  typed: z.string().max(500),
});

function requireStorage(world: World, id: string): StorageRow {
  const storage = world.storage(id);
  if (!storage) throw new PanelError({ code: "not-found", message: text("life.gone") });
  return storage;
}

/** What the removal of a storage would do; contacts no node. Of many nodes the first part, unless it `isWhole`. Throws PanelError `not-found`. */
export async function previewRemoval(
  _ctx: ServiceContext,
  { storageId, isForced, isWhole = false }: { storageId: string; isForced: boolean; isWhole?: boolean },
  look = measured,
): Promise<RemovalView> {
  const world = await World.read(await look());
  const view = await onceOf(world, `storage ${storageId} ${isForced}`, async () =>
    withDigest(planRemoval(world, requireStorage(world, storageId), isForced)),
  );
  return isWhole ? view : windowOf(view);
}

/** Starts the removal that was shown. Throws PanelError as `startPlanned` does, and `not-found`. */
export async function confirmRemoval(
  ctx: ServiceContext,
  input: z.output<typeof confirmRemovalSchema>,
  look = measured,
): Promise<{ taskId: string }> {
  const seen = await look();
  return inTransaction(async (tx) => {
    const { clusterId } = await lockStorage(tx, input.storageId);
    const world = await World.read(seen, tx);
    const planned = planRemoval(world, requireStorage(world, input.storageId), input.isForced);
    const taskId = await startPlanned(tx, ctx, planned, { ...input, clusterId });
    await announceChanged(tx, "cluster", clusterId);
    return { taskId };
  });
}
