"use client";
import { useMemo } from "react";
import { type DriveFilter, driveFilterOf, inDriveOrder, type PlacedDrive } from "#lib/domain/drive-list.ts";
import { findStorage, type PanelState } from "#lib/queries/panel.ts";
import type { Drives } from "./use-drives.ts";

const BY_LABEL = driveFilterOf(new URLSearchParams());

/**
 * Drives in the order that was asked for. What is measured meanwhile moves no row: the order is made anew when it is
 * asked for, or when drives come and go.
 */
export function useDriveRows(
  { drives, nodes }: Pick<Drives, "drives" | "nodes">,
  state: PanelState,
  filter: DriveFilter = BY_LABEL,
): PlacedDrive[] {
  const rows = drives.map(
    (drive): PlacedDrive => ({
      drive,
      storage: findStorage(state, drive.storageId)?.storage.name ?? "",
      node: nodes[drive.nodeId ?? ""] ?? "",
    }),
  );
  const shape = `${filter.sort} ${filter.isDown} ${drives
    .map((drive) => drive.id)
    .toSorted()
    .join()}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: figures that change must not move rows
  const order = useMemo(() => new Map(inDriveOrder(rows, filter).map((row, index) => [row.drive.id, index])), [shape]);
  return rows.toSorted((a, b) => (order.get(a.drive.id) ?? 0) - (order.get(b.drive.id) ?? 0));
}
