import { isReached } from "../../domain/node.ts";
import type { NodeStep } from "../../domain/plan.ts";
import { type Text, text } from "../../domain/text.ts";
import type { LeavePlan } from "../../storage/contract.ts";
import { requireDriver } from "../../storage/registry.ts";
import type { NodeRow, StorageRow, World } from "../drives/world.ts";

/** What letting go of a storage on a node comes to. */
export interface Leaving {
  storage: StorageRow;
  /** Can be done now. */
  steps: NodeStep[];
  /** Can't, and why. */
  stays: NodeStep[];
  reason: Text | null;
  /** What stays there for that, in words. */
  left: Text[];
  /** The node lets go of nothing. */
  isAway: boolean;
}

function leavePlan(world: World, node: NodeRow, storage: StorageRow, endsShared: boolean): LeavePlan | null {
  if (!world.identity(node.id, storage.id)) return null;
  const context = world.leaveContext(node, storage);
  return requireDriver(storage.kind).leave(endsShared ? { ...context, endsShared } : context);
}

/**
 * What taking a storage off a node comes to; null where it was never joined there. `ends`: all nodes leave, and this one
 * takes away what was made once for all of them. `works`: the node can be worked on at all.
 */
export function leavingOf(
  world: World,
  node: NodeRow,
  storage: StorageRow,
  { ends = false, works = true }: { ends?: boolean; works?: boolean } = {},
): Leaving | null {
  const endsShared = ends && world.isShared(storage);
  const whole = leavePlan(world, node, storage, endsShared);
  if (!whole) return null;
  const reason = leaveObstacle(world, node, storage);
  if (reason || !works) return { storage, steps: [], stays: whole.steps, reason, left: whole.left, isAway: true };
  const marks = endsShared ? stateObstacle(world, node, storage) : null;
  const own = marks ? leavePlan(world, node, storage, false) : whole;
  const ids = new Set(own?.steps.map(({ id }) => id));
  const keys = new Set(own?.left.map(({ key }) => key));
  return {
    storage,
    steps: own?.steps ?? [],
    stays: whole.steps.filter(({ id }) => !ids.has(id)),
    reason: marks,
    left: whole.left.filter(({ key }) => !keys.has(key)),
    isAway: false,
  };
}

/** How what stays stands in the way of taking the storage away. */
export function leavingBlocker({ name }: Pick<NodeRow, "name">, { storage, isAway }: Leaving): Text {
  const values = { node: name, storage: storage.name };
  return text(isAway ? "life.obstacle.left" : "life.obstacle.marks", values);
}

/**
 * Where all nodes leave: the one that takes away what was made once. It is the first that can, else the first that can let go
 * of the rest, so that what stays is said once. Undefined where no node has the storage.
 */
export function endingNode(world: World, storage: StorageRow): NodeRow | undefined {
  const nodes = world.nodesOf(storage);
  const leaves = nodes.filter((node) => leaveObstacle(world, node, storage) === null);
  return leaves.find((node) => stateObstacle(world, node, storage) === null) ?? leaves[0] ?? nodes[0];
}

/** What is held while a storage's marks are taken off, where only one node may write at a time. */
export function leaveLocks(world: World, storage: StorageRow): string[] {
  const [node] = world.nodesOf(storage);
  const lock = node && writerLock(world, node, storage);
  return lock ? [lock] : [];
}

/** Null also where the storage is not joined there. */
export function writerLock(world: World, node: NodeRow, storage: StorageRow): string | null {
  const identity = world.identity(node.id, storage.id);
  return identity ? world.driverOf(storage).writerLock(identity) : null;
}

/** Why a node can't let go of a storage now; null when it can. */
function leaveObstacle(world: World, node: NodeRow, storage: StorageRow): Text | null {
  const values = { node: node.name, storage: storage.name };
  const seen = world.health(node.id);
  if (seen.health === "unreachable") return text("life.obstacle.unreachable", values);
  if (!isReached(seen)) return text("life.obstacle.unknown", values);
  return requireDriver(storage.kind).capabilities.leavesLost ? null : stateObstacle(world, node, storage);
}

/** Why nothing can be written to a storage through a node that is reached; null when it can. */
function stateObstacle(world: World, node: NodeRow, storage: StorageRow): Text | null {
  const values = { node: node.name, storage: storage.name };
  const live = world.liveStorage(node.id, storage.id);
  if (!live || live.status === "unknown") return text("life.obstacle.unknown", values);
  if (live.status === "lost") return text("life.obstacle.lost", values);
  return live.readOnly ? text("life.obstacle.read-only", values) : null;
}
