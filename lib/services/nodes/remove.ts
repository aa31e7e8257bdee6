import { eq } from "drizzle-orm";
import { z } from "zod";
import { db, type Executor, inTransaction } from "../../db/client.ts";
import { nodes } from "../../db/schema/index.ts";
import { PanelError } from "../../domain/errors.ts";
import type { NodeRemovalView } from "../../domain/node.ts";
import { hypervisorOf } from "../../hypervisor/registry.ts";
import { panelIdentity } from "../../secrets/master.ts";
import { openSecret } from "../../secrets/store.ts";
import { publicKeyOf } from "../../ssh/keys.ts";
import type { ServiceContext } from "../context.ts";
import { measured, type NodeRow, World } from "../drives/world.ts";
import { lookEverywhere } from "../live/look-everywhere.ts";
import { startPlanned, withDigest } from "../tasks/start-plan.ts";
import { drivesOn, noSuchNode, openTasksOn } from "./concerns.ts";
import { lockNode } from "./lock.ts";
import { type PlannedRemoval, planRemoval } from "./removal-plan.ts";

/** After this a check that has not come back is not waited for: what is known then is judged. */
const LOOK_MS = 20_000;

export const removalSchema = z.strictObject({ nodeId: z.string().min(1).max(80), isForced: z.boolean() });
type Removal = z.output<typeof removalSchema>;

/** The public half of the node's key; null once the key is gone. */
export async function publicKeyOn({ keySecret }: NodeRow, tx: Executor = db()): Promise<string | null> {
  try {
    return publicKeyOf(await openSecret(keySecret, tx));
  } catch (error) {
    if (error instanceof PanelError && error.view.code === "not-found") return null;
    throw error;
  }
}

async function planned(removal: Removal, look: typeof measured, tx: Executor = db()): Promise<PlannedRemoval> {
  const world = await World.read(await look(), tx);
  const node = world.node(removal.nodeId);
  const cluster = world.clusters.find((one) => one.id === node?.clusterId);
  if (!node || !cluster) throw noSuchNode();
  const hypervisor = hypervisorOf(cluster.virtualization);
  if (!hypervisor) throw new Error(`There is no hypervisor for ${cluster.virtualization}`);
  const { health, reason } = world.health(node.id);
  const tasks = await openTasksOn(node.id, tx);
  return planRemoval({
    world,
    node,
    acted: { ...node, health, reason, tasks },
    drives: drivesOn(world, node.id),
    hypervisor,
    panelId: (await panelIdentity()).id,
    publicKey: await publicKeyOn(node, tx),
    isForced: removal.isForced,
  });
}

/** What would run to remove a node, or what stands in the way. Throws ZodError, and PanelError `not-found`. */
export async function previewRemoval(_ctx: ServiceContext, input: unknown, look = measured): Promise<NodeRemovalView> {
  return withDigest(await planned(removalSchema.parse(input), look));
}

/** The storages on the node are looked at once more: what holds its mark now counts, not a minute ago. */
async function lookAgain(nodeId: string): Promise<void> {
  const [node] = await db().select().from(nodes).where(eq(nodes.id, nodeId));
  const world = await World.read(await measured());
  const own = world.storages.filter((storage) => storage.clusterId === node?.clusterId);
  const since = performance.now();
  await Promise.all(own.map((storage) => lookEverywhere(storage.id, [nodeId], since, LOOK_MS)));
}

/** Starts the removal that was shown. Throws PanelError as `startPlanned` does, and `not-found`. */
export async function confirmRemoval(
  ctx: ServiceContext,
  input: Removal & { digest: string; typed: string },
  look = measured,
): Promise<{ taskId: string }> {
  const { digest, typed, ...removal } = input;
  const shown = await planned(removal, look);
  // A node that is not reached has nothing to look at.
  if (shown.plan && shown.plan.targets.length > 0) await lookAgain(removal.nodeId);
  return inTransaction(async (tx) => {
    const node = await lockNode(tx, removal.nodeId);
    const now = await planned(removal, look, tx);
    return { taskId: await startPlanned(tx, ctx, now, { digest, typed, clusterId: node.clusterId }) };
  });
}
