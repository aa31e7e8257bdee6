import { type DrivePlace, newDriveObstacle } from "../../domain/drive.ts";
import { type Text, text } from "../../domain/text.ts";
import { formatBytes, naturalOrder } from "../../domain/units.ts";
import type { NodeRow, StorageRow, World } from "./world.ts";

/** Every node of the storage's cluster, with its room and why it takes no new drive. */
export function placesOf(world: World, storage: StorageRow, count: number): DrivePlace[] {
  return world.nodes
    .filter((node) => node.clusterId === storage.clusterId)
    .toSorted((a, b) => naturalOrder(a.name, b.name))
    .map((node) => ({
      nodeId: node.id,
      name: node.name,
      free: world.free(node, storage),
      reason: reasonOf(world, node, storage, count),
    }));
}

function reasonOf(world: World, node: NodeRow, storage: StorageRow, count: number): Text | null {
  const obstacle = newDriveObstacle(world.place(node, storage));
  if (obstacle) return obstacle;
  const details = world.details(node.id, storage.id);
  const own = world.driverOf(storage).obstacle(details, count);
  if (own) return own;
  if (!world.identity(node.id, storage.id) || world.free(node, storage) === null)
    return text("drive.place.unknown", { node: node.name, storage: storage.name });
  return null;
}

interface Wanted {
  storage: StorageRow;
  /** Null: the node with most room, for each drive anew. */
  nodeId: string | null;
  /** Bytes each drive may come to take, in order. */
  reserve: readonly number[];
  /** The node each was shown on: what has more room meanwhile is no reason to take another one. */
  shown: readonly string[];
}

/** A node for each drive, or why there is none. Never more is promised than is free. */
export function placeDrives(
  world: World,
  { storage, nodeId, reserve, shown }: Wanted,
): { nodeIds: string[]; problem: Text | null } {
  const places = placesOf(world, storage, reserve.length);
  const chosen = places.filter((place) => nodeId === null || place.nodeId === nodeId);
  const open = chosen.filter((place) => place.reason === null);
  if (open.length === 0) {
    // What holds on every node alike is the reason; else it is one for each.
    const problem = nodeId === null && storage.isEnabled ? null : chosen[0]?.reason;
    return { nodeIds: [], problem: problem ?? text("drive.no-place", { storage: storage.name }) };
  }
  if (world.isShared(storage)) return placeShared(storage, { open, nodeId, reserve, shown });
  const free = new Map(open.map((place) => [place.nodeId, place.free ?? 0]));
  const nodeIds: string[] = [];
  for (const [index, bytes] of reserve.entries()) {
    const [most] = [...free].reduce((a, b) => (b[1] > a[1] ? b : a));
    const known = shown[index] ?? most;
    const best = (free.get(known) ?? 0) >= bytes ? known : most;
    const room = free.get(best) ?? 0;
    if (room < bytes) return { nodeIds: [], problem: noSpace(storage, open, nodeId, reserve) };
    free.set(best, room - bytes);
    nodeIds.push(best);
  }
  return { nodeIds, problem: null };
}

/** All nodes have one room between them, and one of them makes all the drives: the only writer. */
function placeShared(
  storage: StorageRow,
  { open, nodeId, reserve, shown }: Omit<Wanted, "storage"> & { open: readonly DrivePlace[] },
): { nodeIds: string[]; problem: Text | null } {
  const acting = open.find((place) => place.nodeId === shown[0]) ?? open[0];
  const total = reserve.reduce((sum, bytes) => sum + bytes, 0);
  if (!acting || (acting.free ?? 0) < total) return { nodeIds: [], problem: noSpace(storage, open, nodeId, reserve) };
  return { nodeIds: reserve.map(() => acting.nodeId), problem: null };
}

function noSpace(
  storage: StorageRow,
  open: readonly DrivePlace[],
  nodeId: string | null,
  reserve: readonly number[],
): Text {
  const most = open.reduce((a, b) => ((b.free ?? 0) > (a.free ?? 0) ? b : a));
  const total = reserve.reduce((sum, bytes) => sum + bytes, 0);
  const values = { storage: storage.name, node: most.name, free: formatBytes(most.free), wanted: formatBytes(total) };
  return text(nodeId === null ? "drive.no-space-anywhere" : "drive.no-space", values);
}
