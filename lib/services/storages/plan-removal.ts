import { type NodeStep, PLAN_FORMAT, type Plan, type Step } from "../../domain/plan.ts";
import type { LeftOnNode } from "../../domain/planned.ts";
import { removeObstacle } from "../../domain/storage-life.ts";
import { type Text, text } from "../../domain/text.ts";
import { targetOf } from "../drives/plan.ts";
import type { NodeRow, StorageRow, World } from "../drives/world.ts";
import type { Planned } from "../tasks/start-plan.ts";
import { endingNode, leaveLocks, leavingBlocker, leavingOf } from "./leave.ts";
import { placeLock, storageLock } from "./lock.ts";
import { mapsBlocker, mapsStated, namesOff, offStatement, type StillMapped, stillMapped } from "./still-mapped.ts";

/** What the panel's own steps of a removal are given; see `settle-removal.ts`. */
export interface RemovalInput {
  storageId: string;
  clusterId: string;
  name: string;
  wasEnabled: boolean;
  /** Nodes on which the marks stay. */
  left: string[];
  /** Nodes that were stated to be powered off. */
  off?: string[];
}

export type PlannedRemoval = Planned & { left: LeftOnNode[] };

/** A node of the storage's cluster, and what the storage's removal comes to there. */
interface Part {
  node: NodeRow;
  steps: NodeStep[];
  stays: LeftOnNode | null;
  blocker: Text | null;
  still: StillMapped | null;
}

/** Steps of one node, each with an id of its own in the plan. */
const named = (steps: readonly NodeStep[], node: NodeRow, storage: StorageRow): NodeStep[] =>
  steps.map((step) => ({ ...step, id: `${node.id}.${storage.id}.${step.id}` }));

function partOf(world: World, node: NodeRow, storage: StorageRow, ends: boolean): Part {
  const leaving = leavingOf(world, node, storage, { ends });
  if (!leaving) return { node, steps: [], stays: null, blocker: null, still: null };
  const { reason, isAway } = leaving;
  const stays = named(leaving.stays, node, storage);
  return {
    node,
    steps: named(leaving.steps, node, storage),
    stays: reason && { nodeId: node.id, node: node.name, reason, steps: stays },
    blocker: reason && leavingBlocker(node, leaving),
    still: isAway ? stillMapped(world, node, [storage]) : null,
  };
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
  const count = world.drives.filter((drive) => drive.storageId === storage.id).length;
  const obstacle = removeObstacle(storage, count);
  if (obstacle) return { plan: null, problems: {}, confirmName: null, blockers: [obstacle], left: [] };
  const nodes = world.nodes.filter((node) => node.clusterId === storage.clusterId);
  const ending = endingNode(world, storage);
  const parts = nodes.map((node) => partOf(world, node, storage, node.id === ending?.id));
  const left = parts.flatMap(({ stays }) => stays ?? []);
  const still = parts.flatMap((part) => part.still ?? []);
  const stands = [...parts.flatMap(({ blocker }) => blocker ?? []), ...still.map(mapsBlocker)];
  const confirmName = left.length > 0 ? (offStatement(still) ?? storage.name) : null;
  return {
    plan: removalPlan(world, storage, parts),
    ...{ problems: {}, blockers: isForced ? [] : stands, confirmName, left },
  };
}

function removalPlan(world: World, storage: StorageRow, parts: readonly Part[]): Plan {
  const held = leaveLocks(world, storage);
  const run = parts.filter(({ steps, stays }) => steps.length > 0 || !stays);
  const left = parts.flatMap(({ stays }) => stays ?? []);
  const still = parts.flatMap((part) => part.still ?? []);
  const cluster = world.clusters.find(({ id }) => id === storage.clusterId)?.name ?? "";
  return {
    format: PLAN_FORMAT,
    kind: "storage.remove",
    title: text("life.plan.remove", { storage: storage.name, cluster }),
    targets: run.filter(({ steps }) => steps.length > 0).map(({ node }) => targetOf(node)),
    steps: framed(
      storage,
      { left: left.map(({ node }) => node), off: namesOff(still) },
      run.flatMap(({ steps }) => steps),
    ),
    locks: [storageLock(storage.id), ...parts.map(({ node }) => placeLock(storage.id, node.id)), ...held],
    ...(held.length > 0 ? { holds: held } : {}),
    notes: [
      ...still.map(mapsStated),
      ...left.map(({ node, steps }) => text("life.note.stays", { node, count: steps.length })),
      ...run.flatMap(({ node }) => volumesNote(world, node, storage)),
      text("life.note.history"),
    ],
  };
}

/** New drives are kept away first; the rows go last. */
function framed(
  { id, clusterId, name, isEnabled }: StorageRow,
  { left, off }: { left: string[]; off: string[] },
  steps: NodeStep[],
): Step[] {
  const where = { storageId: id, clusterId, name, wasEnabled: isEnabled };
  const input: RemovalInput = { ...where, left, ...(off.length > 0 ? { off } : {}) };
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
