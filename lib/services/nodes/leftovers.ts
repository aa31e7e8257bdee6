import { z } from "zod";
import { inTransaction, type Transaction } from "../../db/client.ts";
import type { LeftoversView, LeftoverView } from "../../domain/leftovers.ts";
import { type NodeStep, PLAN_FORMAT } from "../../domain/plan.ts";
import type { StorageKind } from "../../domain/storage.ts";
import { text } from "../../domain/text.ts";
import { poolTargetOf } from "../../plans/target-nodes.ts";
import { openSecret } from "../../secrets/store.ts";
import { withConnection } from "../../ssh/pool.ts";
import { run } from "../../ssh/run.ts";
import type { LeftoversContext, LeftoversDriver, Reader } from "../../storage/contract.ts";
import { availableKinds, driverOf } from "../../storage/registry.ts";
import type { ServiceContext } from "../context.ts";
import { targetOf } from "../drives/plan.ts";
import { measured, type NodeRow, World } from "../drives/world.ts";
import { placeLock } from "../storages/lock.ts";
import { type Planned, startPlanned, withDigest } from "../tasks/start-plan.ts";
import { noSuchNode, openTasksOn } from "./concerns.ts";
import { lockNode } from "./lock.ts";

const nodeId = z.string().min(1).max(80);
/** Ids of leftovers; more are cleared in their turn. */
const chosen = z.array(z.string().min(1).max(500)).max(64);

export const lookAtLeftoversSchema = z.strictObject({ nodeId, chosen });
export const clearLeftoversSchema = z.strictObject({
  ...{ nodeId, chosen: chosen.min(1) },
  ...{ digest: z.string().length(64), typed: z.string().max(200) },
});

/** One kind of storage on the node, and what it has left behind there. */
interface Kind {
  kind: StorageKind;
  driver: LeftoversDriver;
  context: LeftoversContext;
  facts: unknown;
}

/** Runs work with a way to ask the node. */
export type AskNode = <T>(node: NodeRow, work: (read: Reader) => Promise<T>) => Promise<T>;

const askNode: AskNode = (node, work) =>
  withConnection(poolTargetOf(targetOf(node), openSecret), (connection) =>
    work((command) => run(connection, command, { openSecret })),
  );

function contextOf(world: World, node: NodeRow, kind: StorageKind): LeftoversContext {
  const own = world.storages.filter((storage) => storage.kind === kind);
  const kept = own.flatMap((storage) => {
    if (!world.identity(node.id, storage.id)) return [];
    const { config, identity } = world.context(node, storage);
    return [{ storageId: storage.id, config, identity }];
  });
  return { panelId: world.panelId, target: node.id, kept };
}

/** Also of kinds that the node has no storage of: what is left of the last one is what this is about. */
async function look(world: World, node: NodeRow, ask: AskNode): Promise<Kind[]> {
  const drivers = [...availableKinds()].flatMap((kind) => {
    const driver = driverOf(kind)?.leftovers;
    return driver ? [{ kind, driver, context: contextOf(world, node, kind) }] : [];
  });
  if (drivers.length === 0) return [];
  return ask(node, async (read) => {
    const kinds: Kind[] = [];
    for (const one of drivers) kinds.push({ ...one, facts: await one.driver.facts(read, one.context) });
    return kinds;
  });
}

const idOf = (kind: StorageKind, id: string) => `${kind}/${id}`;

const foundIn = (kinds: readonly Kind[]): LeftoverView[] =>
  kinds.flatMap(({ kind, driver, context, facts }) =>
    driver.view(context, facts).map((one) => ({ ...one, id: idOf(kind, one.id) })),
  );

function stepsOf(kinds: readonly Kind[], ids: readonly string[]): NodeStep[] {
  return kinds.flatMap(({ kind, driver, context, facts }) =>
    driver
      .view(context, facts)
      .filter(({ id }) => ids.includes(idOf(kind, id)))
      .flatMap(({ id }, index) =>
        driver.clear(context, facts, id).map((step) => ({ ...step, id: `${kind}-${index + 1}.${step.id}` })),
      ),
  );
}

/** What clearing these comes to. A task on the node may just be making what looks as if it were left. */
async function planOf(
  node: NodeRow,
  kinds: readonly Kind[],
  ids: readonly string[],
  tx?: Transaction,
): Promise<Planned> {
  const found = foundIn(kinds).filter(({ id }) => ids.includes(id));
  const isAtWork = (await openTasksOn(node.id, tx)).length > 0;
  const blockers = [
    ...(isAtWork ? [text("node.obstacle.task", { node: node.name })] : []),
    ...(found.length < new Set(ids).size ? [text("node.leftovers.gone")] : []),
    ...found.flatMap(({ obstacle }) => obstacle ?? []),
  ];
  const nothing = { plan: null, problems: {}, blockers, confirmName: null };
  if (blockers.length > 0) return nothing;
  const kept = kinds.flatMap(({ context }) => context.kept);
  return {
    ...nothing,
    plan: {
      format: PLAN_FORMAT,
      kind: "node.clear",
      title: text("node.plan.clear", { node: node.name, count: found.length }),
      targets: [targetOf(node)],
      steps: stepsOf(kinds, ids),
      locks: [`node:${node.id}`, ...kept.map(({ storageId }) => placeLock(storageId, node.id))],
      // What is cleared, by name.
      notes: found.map((one) => one.text),
    },
  };
}

async function lookAt(nodeId: string, ask: AskNode): Promise<{ node: NodeRow; kinds: Kind[] }> {
  const world = await World.read(await measured());
  const node = world.node(nodeId);
  if (!node) throw noSuchNode();
  return { node, kinds: await look(world, node, ask) };
}

/**
 * What is on a node that belongs to no storage it has, and what clearing the chosen would do. Reads only. Throws PanelError
 * `not-found`, and whatever keeps the node from being asked.
 */
export async function lookAtLeftovers(
  _ctx: ServiceContext,
  input: z.output<typeof lookAtLeftoversSchema>,
  ask = askNode,
): Promise<LeftoversView> {
  const { node, kinds } = await lookAt(input.nodeId, ask);
  const planned = input.chosen.length > 0 ? withDigest(await planOf(node, kinds, input.chosen)) : null;
  return { leftovers: foundIn(kinds), planned };
}

/** Clears what was shown; the node is looked at once more. Throws PanelError as `startPlanned` does, and as the look. */
export async function clearLeftovers(
  ctx: ServiceContext,
  input: z.output<typeof clearLeftoversSchema>,
  ask = askNode,
): Promise<{ taskId: string }> {
  const { node, kinds } = await lookAt(input.nodeId, ask);
  return inTransaction(async (tx) => {
    const { clusterId } = await lockNode(tx, input.nodeId);
    const planned = await planOf(node, kinds, input.chosen, tx);
    return { taskId: await startPlanned(tx, ctx, planned, { ...input, clusterId }) };
  });
}
