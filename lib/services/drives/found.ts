import type { MeasuredVolume, Volume } from "../../domain/drive.ts";
import type { ListedVolumes } from "../../live/node-state.ts";
import { processWide } from "../../shared.ts";

type ByDrive = ReadonlyMap<string, Volume>;

/** A listing is never changed, only replaced: as long as it is the last one, its volumes stand here by drive. */
const known = () => processWide("volumes-by-drive", () => new WeakMap<readonly Volume[], ByDrive>());

/** Of volumes with the mark of one drive, the first. */
function byDrive(volumes: readonly Volume[]): ByDrive {
  const before = known().get(volumes);
  if (before) return before;
  const made = new Map<string, Volume>();
  for (const volume of volumes) if (volume.drive !== null && !made.has(volume.drive)) made.set(volume.drive, volume);
  known().set(volumes, made);
  return made;
}

/** Whether a listing says something about what was changed then: one that began before does not. */
export const isSince = (listed: ListedVolumes | undefined, changedAt: Date): listed is ListedVolumes =>
  listed !== undefined && listed.listedAt > changedAt.getTime();

const looks = () => processWide("found", () => new WeakMap<readonly ListedVolumes[], Found>());

/** Which volumes were found where, as of one moment. A drive's is found at once, however many there are. */
export class Found {
  /** By storage and node: keys that are put together for each question cost more than the answer. */
  readonly #places = new Map<string, Map<string, ListedVolumes>>();

  constructor(listed: readonly ListedVolumes[]) {
    for (const each of listed) {
      const places = this.#places.get(each.storageId) ?? new Map<string, ListedVolumes>();
      places.set(each.nodeId, each);
      this.#places.set(each.storageId, places);
    }
  }

  /** Made once for all who ask about the same moment. */
  static of(listed: readonly ListedVolumes[]): Found {
    const known = looks().get(listed);
    if (known) return known;
    const made = new Found(listed);
    looks().set(listed, made);
    return made;
  }

  /** The last listing of a place; of a storage that all nodes share (`nodeId` null) the newest of any node. */
  listed(nodeId: string | null, storageId: string): ListedVolumes | undefined {
    if (nodeId !== null) return this.#places.get(storageId)?.get(nodeId);
    const [first, ...others] = this.listings(storageId);
    return others.reduce((newest, one) => (one.ageMs < (newest?.ageMs ?? Infinity) ? one : newest), first);
  }

  /** The last listings of a storage, of each node that has one. */
  listings(storageId: string): ListedVolumes[] {
    return [...(this.#places.get(storageId)?.values() ?? [])];
  }

  /** The volume of one drive, as it was listed last; of one that all nodes see, switched on and in use wherever it is. */
  volume(nodeId: string | null, storageId: string, driveId: string): Omit<MeasuredVolume, "ageMs"> | undefined {
    const listed = this.listed(nodeId, storageId);
    const volume = listed && byDrive(listed.volumes).get(driveId);
    if (!volume || nodeId !== null) return volume;
    const everywhere = this.listings(storageId).flatMap(({ volumes }) => byDrive(volumes).get(driveId) ?? []);
    const anywhere = (of: (one: Volume) => boolean | null) => everywhere.some((one) => of(one)) || of(volume);
    const isOpen = anywhere((one) => one.isOpen);
    const activeOn = this.activeOn(storageId, driveId);
    return { ...volume, isActive: anywhere((one) => one.isActive), isOpen, activeOn };
  }

  /** Nodes on which a drive of a shared storage was switched on when they were looked at last. */
  activeOn(storageId: string, driveId: string): string[] {
    const listings = this.listings(storageId);
    return listings.flatMap(({ nodeId, volumes }) => (byDrive(volumes).get(driveId)?.isActive ? nodeId : []));
  }
}
