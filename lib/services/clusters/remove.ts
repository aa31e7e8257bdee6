import { z } from "zod";
import { db, type Executor, inTransaction } from "../../db/client.ts";
import { PanelError } from "../../domain/errors.ts";
import type { RemovalView } from "../../domain/planned.ts";
import { windowOf } from "../../domain/plan-window.ts";
import { text } from "../../domain/text.ts";
import { announceChanged } from "../../live/changed.ts";
import type { ServiceContext } from "../context.ts";
import { measured, onceOf, World } from "../drives/world.ts";
import { lockNodes } from "../nodes/lock.ts";
import { actedNodes, lookAgain, removalFacts } from "../nodes/remove.ts";
import { lockCluster } from "../storages/lock.ts";
import { startPlanned, withDigest } from "../tasks/start-plan.ts";
import { countOpenTasks } from "./open-tasks.ts";
import { type PlannedClusterRemoval, planClusterRemoval, refusedClusterRemoval } from "./removal-plan.ts";

const removal = z.strictObject({ clusterId: z.string().min(1).max(80), isForced: z.boolean() });
type Removal = z.output<typeof removal>;

export const confirmClusterRemovalSchema = removal.extend({
  digest: z.string().length(64),
  typed: z.string().max(500),
});

export const noSuchCluster = () => new PanelError({ code: "not-found", message: text("join.draft.no-cluster") });

async function planned(world: World, { clusterId, isForced }: Removal, tx?: Executor): Promise<PlannedClusterRemoval> {
  const cluster = world.clusters.find(({ id }) => id === clusterId);
  if (!cluster) throw noSuchCluster();
  const members = world.nodes.filter((node) => node.clusterId === clusterId);
  const acted = await actedNodes(world, members, tx);
  const refused = refusedClusterRemoval(world, cluster, {
    acted,
    tasks: await countOpenTasks(tx ?? db(), clusterId),
  });
  // Keys are opened only where there is something to plan with them.
  return refused ?? planClusterRemoval({ world, cluster, nodes: await removalFacts(world, acted, tx) }, isForced);
}

/**
 * What the deletion of a cluster would do, or what stands in the way; contacts no node. Of many nodes the first part,
 * unless it `isWhole`. Throws PanelError `not-found`.
 */
export async function previewClusterRemoval(
  _ctx: ServiceContext,
  { clusterId, isForced, isWhole = false }: Removal & { isWhole?: boolean },
  look = measured,
): Promise<RemovalView> {
  const world = await World.read(await look());
  const view = await onceOf(world, `cluster ${clusterId} ${isForced}`, async () =>
    withDigest(await planned(world, { clusterId, isForced })),
  );
  return isWhole ? view : windowOf(view);
}

/** Starts the deletion that was shown. Throws PanelError as `startPlanned` does, and `not-found`. */
export async function confirmClusterRemoval(
  ctx: ServiceContext,
  { digest, typed, ...input }: z.output<typeof confirmClusterRemovalSchema>,
  look = measured,
): Promise<{ taskId: string }> {
  const shown = await planned(await World.read(await look()), input);
  // Nodes that are not reached have nothing to look at.
  const reached = shown.plan?.targets.map(({ nodeId }) => nodeId) ?? [];
  if (reached.length > 0) await lookAgain(reached);
  const { clusterId } = input;
  return inTransaction(async (tx) => {
    if (!(await lockCluster(tx, clusterId))) throw noSuchCluster();
    await lockNodes(tx, clusterId);
    const now = await planned(await World.read(await look(), tx), input, tx);
    const taskId = await startPlanned(tx, ctx, now, { digest, typed, clusterId });
    await announceChanged(tx, "cluster", clusterId);
    return { taskId };
  });
}
