import { isReached } from "../../domain/node.ts";
import { type Text, text } from "../../domain/text.ts";
import type { LeavePlan } from "../../storage/contract.ts";
import { requireDriver } from "../../storage/registry.ts";
import type { NodeRow, StorageRow, World } from "../drives/world.ts";

/** What taking a storage's marks off a node comes to; null where it was never joined there. */
export function leavePlan(world: World, node: NodeRow, storage: StorageRow): LeavePlan | null {
  if (!world.identity(node.id, storage.id)) return null;
  return requireDriver(storage.kind).leave(world.leaveContext(node, storage));
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
