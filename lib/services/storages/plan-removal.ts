import { type NodeStep, PLAN_FORMAT, type Step } from "../../domain/plan.ts";
import type { LeftOnNode } from "../../domain/planned.ts";
import { removeObstacle } from "../../domain/storage-life.ts";
import { type Text, text } from "../../domain/text.ts";
import { targetOf } from "../drives/plan.ts";
import type { NodeRow, StorageRow, World } from "../drives/world.ts";
import type { Planned } from "../tasks/start-plan.ts";
import { endingNode, leaveLocks, leaveObstacle, leavePlan } from "./leave.ts";
import { placeLock, storageLock } from "./lock.ts";

/** What the panel's own steps of a removal are given; see `settle-removal.ts`. */
export interface RemovalInput {
  storageId: string;
  clusterId: string;
  name: string;
  wasEnabled: boolean;
  /** Nodes on which the marks stay. */
  left: string[];
}

export type PlannedRemoval = Planned & { left: LeftOnNode[] };

/** Steps of one node, each with an id of its own in the plan. */
function leaveSteps(world: World, node: NodeRow, storage: StorageRow, endsShared: boolean): NodeStep[] {
  const { steps } = leavePlan(world, node, storage, endsShared) ?? { steps: [] };
  return steps.map((step) => ({ ...step, id: `${node.id}.${storage.id}.${step.id}` }));
}

/** What lies on a node's storage and is none of the panel's. */
export function volumesNote(world: World, node: NodeRow, storage: StorageRow): Text[] {
  const count = world.listed(node.id, storage.id)?.volumes.length ?? 0;
  return count > 0 ? [text("life.note.volumes", { count, node: node.name })] : [];
}

/**
 * What the removal of a storage comes to, from what is known now (P14). A node that can't be left now stands in the way;
 * `isForced`: it is left out, and what stays there is said. Pure; contacts nothing.
 */
export function planRemoval(world: World, storage: StorageRow, isForced: boolean): PlannedRemoval {
  const nothing = { plan: null, problems: {}, confirmName: null };
  const count = world.drives.filter((drive) => drive.storageId === storage.id).length;
  const obstacle = removeObstacle(storage, count);
  if (obstacle) return { ...nothing, blockers: [obstacle], left: [] };
  const nodes = world.nodes.filter((node) => node.clusterId === storage.clusterId);
  const ending = endingNode(world, storage);
  const held = leaveLocks(world, storage);
  const parts = nodes.map((node) => ({
    node,
    steps: leaveSteps(world, node, storage, node.id === ending?.id),
    reason: leaveObstacle(world, node, storage),
  }));
  const left = parts.flatMap(({ node, steps, reason }): LeftOnNode[] =>
    reason && steps.length > 0 ? [{ nodeId: node.id, node: node.name, reason, steps }] : [],
  );
  const stays = new Set(left.map(({ nodeId }) => nodeId));
  const run = parts.filter(({ node }) => !stays.has(node.id));
  const blockers = isForced ? [] : left.map(({ node }) => text("life.obstacle.left", { node, storage: storage.name }));
  const cluster = world.clusters.find(({ id }) => id === storage.clusterId)?.name ?? "";
  const plan: Planned["plan"] = {
    format: PLAN_FORMAT,
    kind: "storage.remove",
    title: text("life.plan.remove", { storage: storage.name, cluster }),
    targets: run.filter(({ steps }) => steps.length > 0).map(({ node }) => targetOf(node)),
    steps: framed(
      storage,
      left,
      run.flatMap(({ steps }) => steps),
    ),
    locks: [storageLock(storage.id), ...nodes.map((node) => placeLock(storage.id, node.id)), ...held],
    ...(held.length > 0 ? { holds: held } : {}),
    notes: [
      ...left.map(({ node, steps }) => text("life.note.stays", { node, count: steps.length })),
      ...run.flatMap(({ node }) => volumesNote(world, node, storage)),
      text("life.note.history"),
    ],
  };
  return { plan, problems: {}, blockers, confirmName: left.length > 0 ? storage.name : null, left };
}

/** New drives are kept away first; the rows go last. */
function framed(storage: StorageRow, left: readonly LeftOnNode[], steps: NodeStep[]): Step[] {
  const { id, clusterId, name, isEnabled } = storage;
  const input: RemovalInput = {
    ...{ storageId: id, clusterId, name, wasEnabled: isEnabled },
    left: left.map(({ node }) => node),
  };
  const bag = input as unknown as Record<string, unknown>;
  const values = { storage: name };
  return [
    {
      ...{ kind: "panel", id: "begin", title: text("life.step.begin-removal", values) },
      ...{ action: "storage.begin-removal", input: bag },
      undo: { title: text("life.step.end-removal-begun", values), action: "storage.begin-removal", input: bag },
    },
    ...steps,
    {
      ...{ kind: "panel", id: "remove", title: text("life.step.remove", values) },
      ...{ action: "storage.remove", input: bag },
      undo: { none: text("life.step.remove-none") },
    },
  ];
}
