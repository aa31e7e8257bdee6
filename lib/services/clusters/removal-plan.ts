import { type ActedNode, nodeObstacle } from "../../domain/node.ts";
import { type NodeStep, PLAN_FORMAT, type Plan, type Step } from "../../domain/plan.ts";
import type { LeftOnNode, RemovalView } from "../../domain/planned.ts";
import { removeClusterObstacle } from "../../domain/storage-life.ts";
import { type Text, text } from "../../domain/text.ts";
import { targetOf } from "../drives/plan.ts";
import type { NodeRow, World } from "../drives/world.ts";
import { type Parting, partingOf, type RemovalFacts, removalLocks } from "../nodes/removal-plan.ts";
import { clusterLock, placeLock, storageLock, storagesLock } from "../storages/lock.ts";
import { leaveLocks } from "../storages/leave.ts";
import { volumesNote } from "../storages/plan-removal.ts";
import { mapsStated, namesOff, offStatement, type StillMapped } from "../storages/still-mapped.ts";
import type { Planned } from "../tasks/start-plan.ts";

export type PlannedClusterRemoval = Planned & Pick<RemovalView, "left">;

/** What the panel's last step of a deletion is given; see `settle-removal.ts`. A plan of the release before has only the first two. */
export interface ClusterRemovalInput {
  clusterId: string;
  name: string;
  storages?: string[];
  /** Nodes on which something stays. */
  left?: string[];
  /** Nodes that were stated to be powered off. */
  off?: string[];
}

/** All that a cluster's deletion is planned from. */
export interface ClusterRemovalFacts {
  world: World;
  cluster: { id: string; name: string };
  nodes: RemovalFacts[];
}

interface Leaving {
  node: NodeRow;
  parting: Parting;
}

const stillOf = (leaving: readonly Leaving[]): StillMapped[] => leaving.flatMap(({ parting }) => parting.still ?? []);

const nothing = { plan: null, problems: {}, left: [], confirmName: null };

/** Ids of steps are unique in a plan: the node goes before them. */
const named = <S extends Step>(step: S, { node }: Leaving): S => ({ ...step, id: `${node.id}.${step.id}` });

function leftOn({ node, parting }: Leaving): LeftOnNode[] {
  const [reason] = parting.blockers;
  if (!reason || parting.unrun.length === 0) return [];
  return [{ nodeId: node.id, node: node.name, reason, steps: parting.unrun }];
}

/**
 * First nobody places drives on any node; then every node lets go of everything but the way in, and whatever fails there
 * takes everything back. Only then the way in goes, node by node, each with its rows: whatever fails from here on leaves
 * behind whole nodes only.
 */
function stepsOf(leaving: readonly Leaving[], end: Step): Step[] {
  const onNodes = (isExit: boolean) => (one: Leaving) =>
    one.parting.steps.filter((step) => (step.exit === true) === isExit).map((step): NodeStep => named(step, one));
  return [
    ...leaving.map((one) => named(one.parting.begin, one)),
    ...leaving.flatMap(onNodes(false)),
    ...leaving.flatMap((one) => [...onNodes(true)(one), named(one.parting.end, one)]),
    end,
  ];
}

function lastStep(
  { world, cluster }: ClusterRemovalFacts,
  leaving: readonly Leaving[],
  left: readonly LeftOnNode[],
): Step {
  const off = namesOff(stillOf(leaving));
  const input: ClusterRemovalInput = {
    clusterId: cluster.id,
    name: cluster.name,
    storages: storagesOf(world, cluster.id).map(({ name }) => name),
    left: left.map(({ node }) => node),
    ...(off.length > 0 ? { off } : {}),
  };
  return {
    ...{ kind: "panel", id: "remove", action: "cluster.remove", input: input as unknown as Record<string, unknown> },
    title: text("life.step.remove-cluster", { cluster: cluster.name }),
    undo: { none: text("life.step.remove-none") },
  };
}

const storagesOf = (world: World, clusterId: string) => world.storages.filter((one) => one.clusterId === clusterId);

function locksOf({ world, cluster }: ClusterRemovalFacts, leaving: readonly Leaving[]): string[] {
  const storages = storagesOf(world, cluster.id);
  return [
    clusterLock(cluster.id),
    storagesLock(cluster.id),
    ...storages.flatMap((storage) => [storageLock(storage.id), ...leaveLocks(world, storage)]),
    ...leaving.flatMap(({ node }) => [
      ...removalLocks(node),
      ...storages.map((storage) => placeLock(storage.id, node.id)),
    ]),
  ];
}

function notesOf({ world, cluster }: ClusterRemovalFacts, leaving: readonly Leaving[], left: LeftOnNode[]): Text[] {
  const storages = storagesOf(world, cluster.id);
  return [
    ...(leaving.some(({ parting }) => parting.steps.length > 0) ? [text("node.note.stays")] : []),
    ...stillOf(leaving).map(mapsStated),
    ...left.map(({ node, steps }) => text("life.note.stays", { node, count: steps.length })),
    ...leaving.flatMap(({ node }) => storages.flatMap((storage) => volumesNote(world, node, storage))),
    text("life.note.history"),
  ];
}

/** What nobody can override: drives or tasks in the cluster, and nodes that something works on. Null where there is nothing. */
export function refusedClusterRemoval(
  world: World,
  { id, name }: ClusterRemovalFacts["cluster"],
  { acted, tasks }: { acted: readonly ActedNode[]; tasks: number },
): PlannedClusterRemoval | null {
  const drives = world.drives.filter((drive) => drive.clusterId === id).length;
  const obstacles = [
    removeClusterObstacle(name, { drives, tasks }),
    ...acted.map((node) => nodeObstacle("remove", node)),
  ].filter((obstacle) => obstacle !== null);
  return obstacles.length > 0 ? { ...nothing, blockers: obstacles } : null;
}

/**
 * What the deletion of a cluster comes to, from what is known now (P14), where nothing refuses it. A node that can't let
 * go now stands in the way; `isForced`: what can't be done there is left out, and said. Pure.
 */
export function planClusterRemoval(facts: ClusterRemovalFacts, isForced: boolean): PlannedClusterRemoval {
  const { cluster, nodes } = facts;
  const leaving = nodes.map((one): Leaving => ({ node: one.node, parting: partingOf(one, true) }));
  const left = leaving.flatMap(leftOn);
  const held = storagesOf(facts.world, cluster.id).flatMap((storage) => leaveLocks(facts.world, storage));
  const plan: Plan = {
    format: PLAN_FORMAT,
    kind: "cluster.remove",
    title: text("life.plan.remove-cluster", { cluster: cluster.name }),
    targets: leaving.filter(({ parting }) => parting.steps.length > 0).map(({ node }) => targetOf(node)),
    steps: stepsOf(leaving, lastStep(facts, leaving, left)),
    locks: locksOf(facts, leaving),
    ...(held.length > 0 ? { holds: held } : {}),
    notes: notesOf(facts, leaving, left),
  };
  const blockers = isForced ? [] : leaving.flatMap(({ parting }) => parting.blockers);
  return { plan, problems: {}, blockers, left, confirmName: offStatement(stillOf(leaving)) ?? cluster.name };
}
