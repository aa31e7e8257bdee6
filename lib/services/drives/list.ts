import type { DrivesView, DriveView, MeasuredVolume, UnknownVolume } from "../../domain/drive.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { availableKinds, requireDriver } from "../../storage/registry.ts";
import type { ServiceContext } from "../context.ts";
import { type DriveRow, measured, World } from "./world.ts";

/** A drive with what was measured of it. A listing from before its last change says nothing about it. */
export function driveView(world: World, row: DriveRow): DriveView {
  const { id, label, clusterId, storageId, nodeId, size, format, state, isProtected, ownerVmId, taskId } = row;
  const listed = nodeId ? world.listed(nodeId, storageId) : undefined;
  const volume = listed?.volumes.find((one) => one.drive === id);
  const isCurrent = listed !== undefined && listed.listedAt > row.changedAt.getTime();
  return {
    ...{ id, label, clusterId, storageId, nodeId, size, format, state, isProtected, ownerVmId, taskId },
    createdAt: row.createdAt.toISOString(),
    measured: listed && volume ? { ...volume, ageMs: listed.ageMs } : null,
    checkedAgeMs: isCurrent ? listed.ageMs : null,
  };
}

/** Volumes on a storage that no drive stands for: somebody else's, or left by an accident (B03). */
function unknownOf(world: World): UnknownVolume[] {
  return world.nodes.flatMap((node) =>
    world.storages
      .filter((storage) => storage.clusterId === node.clusterId)
      .flatMap((storage) => {
        const listed = world.listed(node.id, storage.id);
        const known = new Set(world.drives.filter((drive) => drive.nodeId === node.id).map((drive) => drive.id));
        const strangers = listed?.volumes.filter((volume) => volume.drive === null || !known.has(volume.drive)) ?? [];
        return strangers.map((volume): UnknownVolume => {
          const aged: MeasuredVolume = { ...volume, ageMs: listed?.ageMs ?? 0 };
          return { ...aged, nodeId: node.id, storageId: storage.id };
        });
      }),
  );
}

function abilities(): DrivesView["abilities"] {
  const known = [...availableKinds()].map((kind) => {
    const { activates, growsInUse } = requireDriver(kind).drives;
    return [kind, { activates, growsInUse }] as const;
  });
  return Object.fromEntries(known);
}

/** Every drive, and every volume that is none: from the database and the last look at each storage, never from a node. */
export async function listDrives(_ctx: ServiceContext): Promise<DrivesView> {
  const world = await World.read(await measured());
  return {
    drives: world.drives.map((row) => driveView(world, row)),
    unknown: unknownOf(world),
    abilities: abilities(),
    sentAt: Date.now(),
  };
}

/** Throws PanelError `not-found`. */
export function requireDrive(world: World, id: string): DriveRow {
  const row = world.drives.find((drive) => drive.id === id);
  if (!row) throw new PanelError({ code: "not-found", message: text("drive.not-found") });
  return row;
}
