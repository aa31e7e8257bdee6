import { z } from "zod";
import {
  type DriveView,
  type DrivesView,
  type DriveWord,
  driveWord,
  type MeasuredVolume,
  type UnknownVolume,
  type Volume,
  wordsOf,
} from "../../domain/drive.ts";
import { DRIVE_MOST, DRIVE_PAGE, type DriveFilter, type DriveSort, driveFilterOf } from "../../domain/drive-list.ts";
import { PanelError } from "../../domain/errors.ts";
import { text } from "../../domain/text.ts";
import { SHARED_BY_KIND } from "../../domain/storage.ts";
import { naturalOrder } from "../../domain/units.ts";
import { processWide } from "../../shared.ts";
import { availableKinds, requireDriver } from "../../storage/registry.ts";
import type { ServiceContext } from "../context.ts";
import { Found, isSince } from "./found.ts";
import { type DriveRow, knownRows, type Rows } from "./rows.ts";
import { measured, type World } from "./world.ts";

type Seen = Pick<World, "listed" | "volume">;

function measuredOf(world: Seen, { id, nodeId, storageId, changedAt }: DriveRow) {
  const listed = world.listed(nodeId, storageId);
  const volume = world.volume(nodeId, storageId, id);
  return {
    measured: listed && volume ? { ...volume, ageMs: listed.ageMs } : null,
    checkedAgeMs: isSince(listed, changedAt) ? listed.ageMs : null,
  } satisfies Partial<DriveView>;
}

/** A drive with what was measured of it. */
export function driveView(world: Seen, row: DriveRow): DriveView {
  const { id, label, clusterId, storageId, nodeId, size, format, state, isProtected, ownerVmId, taskId } = row;
  return {
    ...{ id, label, clusterId, storageId, nodeId, size, format, state, isProtected, ownerVmId, taskId },
    createdAt: row.createdAt.toISOString(),
    ...measuredOf(world, row),
  };
}

/** What was worked out over all drives from one look: everybody who asks before the next one is answered from it. */
interface Worked {
  rows: Rows;
  words: Map<DriveRow, DriveWord>;
  orders: Map<DriveSort, readonly DriveRow[]>;
  /** By storage. */
  unknown: Map<string, UnknownVolume[]>;
}

const workedOut = () => processWide("drives-worked-out", () => new WeakMap<Found, Worked>());

function workedOf(rows: Rows, found: Found): Worked {
  const known = workedOut().get(found);
  if (known?.rows === rows) return known;
  const made: Worked = { rows, words: new Map(), orders: new Map(), unknown: new Map() };
  workedOut().set(found, made);
  return made;
}

/** A drive's word. Only of one that should be there it counts whether it is. */
function wordOf({ words }: Worked, found: Found, row: DriveRow): DriveWord {
  if (wordsOf(row.state).length === 1) return row.state;
  const known = words.get(row);
  if (known) return known;
  const word = driveWord({ state: row.state, ...measuredOf(found, row) });
  words.set(row, word);
  return word;
}

const usedBy = (found: Found, { id, nodeId, storageId }: DriveRow): number =>
  found.volume(nodeId, storageId, id)?.used ?? -1;

/** Volumes on a storage that no drive stands for: somebody else's, or left by an accident (B03). */
function unknownOn(storageId: string, found: Found, rows: Rows): UnknownVolume[] {
  const { unknown } = workedOf(rows, found);
  const known = unknown.get(storageId) ?? strangersOn(storageId, found, rows);
  unknown.set(storageId, known);
  return known;
}

function strangersOn(storageId: string, found: Found, rows: Rows): UnknownVolume[] {
  const ofMembers = found.listings(storageId).filter(({ nodeId }) => rows.nodeById.has(nodeId));
  const newest = found.listed(null, storageId);
  // What all nodes share is the same on each.
  const isShared = SHARED_BY_KIND[rows.storageById.get(storageId)?.kind ?? "file"];
  return ofMembers
    .filter((one) => !isShared || one === newest)
    .flatMap(({ nodeId, volumes, ageMs }) => {
      const place = isShared ? null : nodeId;
      const isKnown = ({ drive }: Volume) => drive !== null && rows.driveById.get(drive)?.nodeId === place;
      return volumes
        .filter((volume) => !isKnown(volume))
        .map((volume): UnknownVolume => {
          const aged: MeasuredVolume = { ...volume, ageMs };
          return { ...aged, nodeId, storageId };
        });
    });
}

/** Of rows: by label, what they are sorted by beside it in ranks, made when it is first asked for. */
interface Orders {
  byLabel: readonly DriveRow[];
  made: Map<DriveSort, readonly DriveRow[]>;
}

const orders = () => processWide("drive-orders", () => new WeakMap<Rows, Orders>());

function ordersOf(rows: Rows): Orders {
  const known = orders().get(rows);
  if (known) return known;
  const made = { byLabel: rows.drives.toSorted((a, b) => naturalOrder(a.label, b.label)), made: new Map() };
  orders().set(rows, made);
  return made;
}

/** What a drive stands in order by; words are brought into their natural order. */
function keyOf(rows: Rows, found: Found, sort: DriveSort): (row: DriveRow) => string | number {
  switch (sort) {
    case "label":
      return () => 0;
    case "storage":
      return (row) => rows.storageById.get(row.storageId)?.name ?? "";
    case "node":
      return (row) => rows.nodeById.get(row.nodeId ?? "")?.name ?? "";
    case "format":
      return (row) => row.format;
    case "size":
      return (row) => row.size;
    case "used":
      return (row) => usedBy(found, row);
    case "state":
      return (row) => wordOf(workedOf(rows, found), found, row);
  }
}

/** Ascending, of equals by label. What goes by the rows alone is kept as long as they are, the rest until the next look. */
function ordered(rows: Rows, found: Found, sort: DriveSort): readonly DriveRow[] {
  const { byLabel, made } = ordersOf(rows);
  const orders = sort === "used" || sort === "state" ? workedOf(rows, found).orders : made;
  const known = orders.get(sort);
  if (known) return known;
  const keys = byLabel.map(keyOf(rows, found, sort));
  const words = [...new Set(keys)].filter((key) => typeof key === "string").sort(naturalOrder);
  const ranks = new Map(words.map((word, rank) => [word, rank]));
  const keyed = byLabel.map((row, index) => {
    const key = keys[index] ?? 0;
    return { row, key: typeof key === "string" ? (ranks.get(key) ?? 0) : key };
  });
  const order = keyed.sort((a, b) => a.key - b.key).map(({ row }) => row);
  orders.set(sort, order);
  return order;
}

/** The rows that a filter lets through; each is looked at as little as it takes. */
function fitting(
  listed: readonly DriveRow[],
  rows: Rows,
  found: Found,
  { query, storageId, state }: DriveFilter,
): readonly DriveRow[] {
  const wanted = query.trim().toLowerCase();
  if (!wanted && !storageId && !state) return listed;
  const worked = workedOf(rows, found);
  const isInState = (row: DriveRow) =>
    wordsOf(row.state).some((word) => word === state) && wordOf(worked, found, row) === state;
  return listed.filter(
    (row) =>
      (!storageId || row.storageId === storageId) &&
      (!wanted || row.label.toLowerCase().includes(wanted) || row.id.includes(wanted)) &&
      (!state || isInState(row)),
  );
}

function abilities(): DrivesView["abilities"] {
  const known = [...availableKinds()].map((kind) => {
    const { activates, growsInUse } = requireDriver(kind).drives;
    return [kind, { activates, growsInUse }] as const;
  });
  return Object.fromEntries(known);
}

const word = z.string().max(200).optional();

/** More than a request's address can hold. */
const LONGEST_IDS = 40_000;

const filterSchema = z.object({
  ...{ q: word, storage: word, state: word, sort: word, down: word },
  /** Only these, joined by commas. */
  ids: z.string().max(LONGEST_IDS).optional(),
  limit: z.coerce.number().int().min(1).max(DRIVE_MOST).optional(),
  /** With the volumes of the storage that are no drive's. */
  unknown: z.literal("1").optional(),
});

/**
 * The first drives of a list, and how many there are: from the database and the last look at each storage, never from a
 * node. Throws ZodError for a filter that is none.
 */
export async function listDrives(
  _ctx: ServiceContext,
  values: Record<string, string> = {},
  look = measured,
): Promise<DrivesView> {
  const { ids, unknown, ...asked } = filterSchema.parse(values);
  // Drives that were named are all meant.
  const limit = asked.limit ?? (ids === undefined ? DRIVE_PAGE : DRIVE_MOST);
  const filter = driveFilterOf(new URLSearchParams(values));
  const [rows, { volumes }] = [await knownRows(), await look()];
  const found = Found.of(volumes);
  const listed = ids === undefined ? ordered(rows, found, filter.sort) : rowsOf(rows, ids);
  const fits = fitting(listed, rows, found, filter);
  const shown = filter.isDown ? fits.slice(-limit).reverse() : fits.slice(0, limit);
  const strangers = unknown && filter.storageId ? unknownOn(filter.storageId, found, rows) : [];
  const drives = shown.map((row) => driveView(found, row));
  const places = new Set([
    ...[...shown, ...strangers].flatMap(({ nodeId }) => nodeId ?? []),
    ...drives.flatMap(({ measured }) => measured?.activeOn ?? []),
  ]);
  return {
    drives,
    nodes: Object.fromEntries([...places].map((id) => [id, rows.nodeById.get(id)?.name ?? ""])),
    fits: fits.length,
    total: rows.drives.length,
    unknown: strangers,
    abilities: abilities(),
    sentAt: Date.now(),
  };
}

const rowsOf = (rows: Rows, ids: string) => [...new Set(ids.split(","))].flatMap((id) => rows.driveById.get(id) ?? []);

/** Throws PanelError `not-found`. */
export function requireDrive(world: World, id: string): DriveRow {
  const row = world.drive(id);
  if (!row) throw new PanelError({ code: "not-found", message: text("drive.not-found") });
  return row;
}
