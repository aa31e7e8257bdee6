import { type DriveView, driveWord } from "./drive.ts";
import { naturalOrder } from "./units.ts";

/** How many drives a list begins with, and how many it shows at most. */
export const DRIVE_PAGE = 50;
export const DRIVE_MOST = 2_000;

export const DRIVE_SORTS = ["label", "storage", "node", "format", "size", "used", "state"] as const;
export type DriveSort = (typeof DRIVE_SORTS)[number];

/** A drive with the names of where it is. */
export interface PlacedDrive {
  drive: DriveView;
  storage: string;
  node: string;
}

const ORDER: Record<DriveSort, (a: PlacedDrive, b: PlacedDrive) => number> = {
  label: (a, b) => naturalOrder(a.drive.label, b.drive.label),
  storage: (a, b) => naturalOrder(a.storage, b.storage),
  node: (a, b) => naturalOrder(a.node, b.node),
  format: (a, b) => naturalOrder(a.drive.format, b.drive.format),
  size: (a, b) => a.drive.size - b.drive.size,
  used: (a, b) => (a.drive.measured?.used ?? -1) - (b.drive.measured?.used ?? -1),
  state: (a, b) => naturalOrder(driveWord(a.drive), driveWord(b.drive)),
};

/** What a list shows and in which order: as it stands in its address, and in a request for it. */
export interface DriveFilter {
  query: string;
  storageId: string | null;
  state: string | null;
  sort: DriveSort;
  isDown: boolean;
}

const FILTERS = ["q", "storage", "state", "sort", "down"] as const;

export function driveFilterOf(values: { get(name: string): string | null }): DriveFilter {
  const sort = DRIVE_SORTS.find((name) => name === values.get("sort")) ?? "label";
  const [query, storageId, state] = [values.get("q") ?? "", values.get("storage"), values.get("state")];
  return { query, storageId: storageId || null, state: state || null, sort, isDown: values.get("down") === "1" };
}

/** The filter of an address as a query of the list's route. */
export function driveListQuery(values: { get(name: string): string | null }): string {
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = values.get(name)?.trim();
    if (value && value.length <= 200) query.set(name, value);
  }
  return query.toString();
}

/** In the order that was asked for; of equals by label. */
export function inDriveOrder(rows: readonly PlacedDrive[], { sort, isDown }: DriveFilter): PlacedDrive[] {
  const sorted = rows.toSorted((a, b) => ORDER[sort](a, b) || ORDER.label(a, b));
  return isDown ? sorted.reverse() : sorted;
}
