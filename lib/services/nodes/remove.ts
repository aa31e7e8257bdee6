import { z } from "zod";
import { db, type Executor, inTransaction } from "../../db/client.ts";
import type { ActedNode, NodeRemovalView } from "../../domain/node.ts";
import type { Hypervisor } from "../../hypervisor/contract.ts";
import { hypervisorOf } from "../../hypervisor/registry.ts";
import { panelIdentity } from "../../secrets/master.ts";
import { openSecrets } from "../../secrets/store.ts";
import { publicKeyOf } from "../../ssh/keys.ts";
import type { ServiceContext } from "../context.ts";
import { measured, type NodeRow, World } from "../drives/world.ts";
import { lookEverywhere } from "../live/look-everywhere.ts";
import { startPlanned, withDigest } from "../tasks/start-plan.ts";
import { drivesOn, noSuchNode, openTasksByNode } from "./concerns.ts";
import { lockNode } from "./lock.ts";
import { type PlannedRemoval, planRemoval, type RemovalFacts } from "./removal-plan.ts";

/** After this a check that has not come back is not waited for: what is known then is judged. */
const LOOK_MS = 20_000;

export const removalSchema = z.strictObject({ nodeId: z.string().min(1).max(80), isForced: z.boolean() });
type Removal = z.output<typeof removalSchema>;

/** The public halves of nodes' keys, by the id of the key; those whose key is gone are missing. */
async function publicKeysOf(nodes: readonly NodeRow[], tx: Executor): Promise<ReadonlyMap<string, string>> {
  const keys = await openSecrets(
    nodes.map(({ keySecret }) => keySecret),
    tx,
  );
  return new Map([...keys].map(([id, key]) => [id, publicKeyOf(key)]));
}

/** The public half of the node's key; null once the key is gone. */
export const publicKeyOn = async (node: NodeRow, tx: Executor = db()): Promise<string | null> =>
  (await publicKeysOf([node], tx)).get(node.keySecret) ?? null;

function hypervisorFor(world: World, { clusterId }: NodeRow): Hypervisor {
  const cluster = world.clusters.find((one) => one.id === clusterId);
  if (!cluster) throw noSuchNode();
  const hypervisor = hypervisorOf(cluster.virtualization);
  if (!hypervisor) throw new Error(`There is no hypervisor for ${cluster.virtualization}`);
  return hypervisor;
}

/** Nodes as rules look at them. */
export async function actedNodes(
  world: World,
  nodes: readonly NodeRow[],
  tx: Executor = db(),
): Promise<(NodeRow & ActedNode)[]> {
  const tasks = await openTasksByNode(tx);
  return nodes.map((node) => ({ ...node, ...world.health(node.id), tasks: tasks.get(node.id) ?? [] }));
}

/** All that the removals of nodes are planned from. What the database knows is asked once, however many they are. */
export async function removalFacts(
  world: World,
  nodes: readonly (NodeRow & ActedNode)[],
  tx: Executor = db(),
): Promise<RemovalFacts[]> {
  const keys = await publicKeysOf(nodes, tx);
  const { id: panelId } = await panelIdentity();
  return nodes.map((node) => ({
    ...{ world, node, panelId, acted: node },
    drives: drivesOn(world, node.id),
    hypervisor: hypervisorFor(world, node),
    publicKey: keys.get(node.keySecret) ?? null,
  }));
}

async function planned(removal: Removal, look: typeof measured, tx?: Executor): Promise<PlannedRemoval> {
  const world = await World.read(await look(), tx);
  const node = world.node(removal.nodeId);
  const [facts] = node ? await removalFacts(world, await actedNodes(world, [node], tx), tx) : [];
  if (!facts) throw noSuchNode();
  return planRemoval(facts, removal.isForced);
}

/** What would run to remove a node, or what stands in the way. Throws ZodError, and PanelError `not-found`. */
export async function previewRemoval(_ctx: ServiceContext, input: unknown, look = measured): Promise<NodeRemovalView> {
  return withDigest(await planned(removalSchema.parse(input), look));
}

/** The storages on nodes of one cluster are looked at once more: what holds its mark now counts, not a minute ago. */
export async function lookAgain(nodeIds: readonly string[]): Promise<void> {
  const world = await World.read(await measured());
  const clusterIds = nodeIds.map((id) => world.node(id)?.clusterId);
  const own = world.storages.filter((storage) => clusterIds.includes(storage.clusterId));
  const since = performance.now();
  await Promise.all(own.map((storage) => lookEverywhere(storage.id, nodeIds, since, LOOK_MS)));
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
  if (shown.plan && shown.plan.targets.length > 0) await lookAgain([removal.nodeId]);
  return inTransaction(async (tx) => {
    const node = await lockNode(tx, removal.nodeId);
    const now = await planned(removal, look, tx);
    return { taskId: await startPlanned(tx, ctx, now, { digest, typed, clusterId: node.clusterId }) };
  });
}
