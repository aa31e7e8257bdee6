import { isReached } from "../../domain/node.ts";
import { type Text, text } from "../../domain/text.ts";
import type { LeavePlan } from "../../storage/contract.ts";
import { requireDriver } from "../../storage/registry.ts";
import type { NodeRow, StorageRow, World } from "../drives/world.ts";

/**
 * What taking a storage's marks off a node comes to; null where it was never joined there. `endsShared`: all nodes leave, and
 * this one takes away what was made once for all of them.
 */
export function leavePlan(world: World, node: NodeRow, storage: StorageRow, endsShared = false): LeavePlan | null {
  if (!world.identity(node.id, storage.id)) return null;
  const context = world.leaveContext(node, storage);
  return requireDriver(storage.kind).leave(
    endsShared && world.isShared(storage) ? { ...context, endsShared } : context,
  );
}

/** Where all nodes leave: the one that takes away what was made once, the first that can; undefined where none can. */
export function endingNode(world: World, storage: StorageRow): NodeRow | undefined {
  return world.nodesOf(storage).find((node) => leaveObstacle(world, node, storage) === null);
}

/** What is held while a storage's marks are taken off, where only one node may write at a time. */
export function leaveLocks(world: World, storage: StorageRow): string[] {
  const [node] = world.nodesOf(storage);
  const identity = node && world.identity(node.id, storage.id);
  const lock = identity && world.driverOf(storage).writerLock(identity);
  return lock ? [lock] : [];
}

/** Why a storage's marks can't be taken off a node now; null when they can. */
export function leaveObstacle(world: World, node: NodeRow, storage: StorageRow): Text | null {
  const values = { node: node.name, storage: storage.name };
  const seen = world.health(node.id);
  if (seen.health === "unreachable") return text("life.obstacle.unreachable", values);
  const live = world.liveStorage(node.id, storage.id);
  if (!isReached(seen) || !live || live.status === "unknown") return text("life.obstacle.unknown", values);
  if (live.status === "lost") return text("life.obstacle.lost", values);
  return live.readOnly ? text("life.obstacle.read-only", values) : null;
}
