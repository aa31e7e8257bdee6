"use client";
import { useMemo } from "react";
import { type DriveView, driveWord } from "#lib/domain/drive.ts";
import { naturalOrder } from "#lib/domain/units.ts";
import { findNode, findStorage, type PanelState } from "#lib/queries/panel.ts";

export const SORTS = ["label", "storage", "node", "format", "size", "used", "state"] as const;
export type Sort = (typeof SORTS)[number];

export interface DriveRow {
  drive: DriveView;
  storage: string;
  node: string;
}

const ORDER: Record<Sort, (a: DriveRow, b: DriveRow) => number> = {
  label: (a, b) => naturalOrder(a.drive.label, b.drive.label),
  storage: (a, b) => naturalOrder(a.storage, b.storage),
  node: (a, b) => naturalOrder(a.node, b.node),
  format: (a, b) => naturalOrder(a.drive.format, b.drive.format),
  size: (a, b) => a.drive.size - b.drive.size,
  used: (a, b) => (a.drive.measured?.used ?? -1) - (b.drive.measured?.used ?? -1),
  state: (a, b) => naturalOrder(driveWord(a.drive), driveWord(b.drive)),
};

export interface DriveFilter {
  query: string;
  storageId: string | null;
  state: string | null;
  sort: Sort;
  isDown: boolean;
}

/** The filter and order as they stand in the address. */
export function filterOf(address: URLSearchParams): DriveFilter {
  const sort = SORTS.find((name) => name === address.get("sort")) ?? "label";
  const [query, storageId, state] = [address.get("q") ?? "", address.get("storage"), address.get("state")];
  return { query, storageId, state, sort, isDown: address.get("down") === "1" };
}

function fits(drive: DriveView, { query, storageId, state }: DriveFilter): boolean {
  if (storageId && drive.storageId !== storageId) return false;
  if (state && driveWord(drive) !== state) return false;
  const wanted = query.trim().toLowerCase();
  return wanted === "" || drive.label.toLowerCase().includes(wanted) || drive.id.includes(wanted);
}

/**
 * Rows that fit the filter, in the order that was asked for. What is measured meanwhile moves no row: the order is made
 * anew when it is asked for, or when drives come and go.
 */
export function useDriveRows(drives: readonly DriveView[], state: PanelState, filter: DriveFilter): DriveRow[] {
  const rows = drives.map(
    (drive): DriveRow => ({
      drive,
      storage: findStorage(state, drive.storageId)?.storage.name ?? "",
      node: (drive.nodeId && findNode(state, drive.nodeId)?.node.name) || "",
    }),
  );
  const shape = `${filter.sort} ${filter.isDown} ${drives.map((drive) => drive.id).join()}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: figures that change must not move rows
  const order = useMemo(() => {
    const sorted = rows.toSorted((a, b) => ORDER[filter.sort](a, b) || ORDER.label(a, b));
    if (filter.isDown) sorted.reverse();
    return new Map(sorted.map((row, index) => [row.drive.id, index]));
  }, [shape]);
  return rows
    .filter((row) => fits(row.drive, filter))
    .toSorted((a, b) => (order.get(a.drive.id) ?? 0) - (order.get(b.drive.id) ?? 0));
}
