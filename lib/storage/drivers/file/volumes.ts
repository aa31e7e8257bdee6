import { z } from "zod";
import type { Volume } from "../../../domain/drive.ts";
import type { Ownership } from "../../contract.ts";
import { isOwnMark } from "../../drive-marks.ts";
import { bytesOf } from "../../probe-dirs.ts";

const besideSchema = z.object({ panel: z.string(), storage: z.string(), drive: z.string(), label: z.string() });

/** `QFI\xfb` and the version, as the first eight bytes of an image read as one number. */
const HEADS = [0x514649fb00000002n, 0x514649fb00000003n];

/** Virtual size from the first 32 bytes of an image, as four numbers; null for what is no image. */
function virtualSize(words: readonly string[]): number | null {
  const [head, , , size] = words;
  if (head === undefined || !/^\d+$/.test(head) || !HEADS.includes(BigInt(head))) return null;
  return bytesOf(size);
}

function readBeside(line: string): z.infer<typeof besideSchema> | null {
  try {
    return besideSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    // Somebody else's file of that name.
    return null;
  }
}

interface Found {
  /** As `/proc/locks` names the file. */
  place: string;
  used: number | null;
}

/** `find` says the device as one number, `/proc/locks` as major and minor in hexadecimal. */
function placeOf(device: string, inode: string): string {
  const number = Number(device);
  const major = (number >> 8) & 0xfff;
  const minor = (number & 0xff) | ((number >> 12) & 0xfff00);
  const hex = (value: number) => value.toString(16).padStart(2, "0");
  return `${hex(major)}:${hex(minor)}:${inode}`;
}

/** The lines of `volumes_file`, sorted by what they tell. */
class Listing {
  readonly files = new Map<string, Found>();
  readonly beside = new Map<string, string>();
  readonly locks = new Set<string>();
  readonly #images: string[] = [];
  readonly #heads: string[][] = [];
  isWhole = false;

  constructor(lines: readonly string[]) {
    for (const line of lines) this.#read(line);
  }

  #read(line: string): void {
    if (/^\s+\d+\s+\d+\s+\d+\s+\d+$/.test(line)) {
      this.#heads.push(line.trim().split(/\s+/));
      return;
    }
    const [word, first = "", ...rest] = line.split(" ");
    if (word === "file") {
      const [inode = "", , blocks, ...name] = rest;
      const taken = bytesOf(blocks);
      const used = taken === null ? null : taken * 512;
      this.files.set(name.join(" "), { place: placeOf(first, inode), used });
    } else if (word === "image") this.#images.push([first, ...rest].join(" "));
    else if (word === "beside") this.beside.set(first, rest.join(" "));
    else if (word === "lock") this.locks.add(first);
    else if (line === "listed") this.isWhole = true;
  }

  /** Null where the heads can't be told apart: a file went away or changed meanwhile. */
  sizeOf(name: string): number | null {
    const at = this.#images.indexOf(name);
    return at >= 0 && this.#images.length === this.#heads.length ? virtualSize(this.#heads[at] ?? []) : null;
  }
}

/** Every file of the directory as a volume, but those that only stand beside an image. Null when it was not listed. */
export function readFileVolumes(
  lines: readonly string[],
  owner: Pick<Ownership, "panelId" | "storageId">,
): Volume[] | null {
  const listing = new Listing(lines);
  if (!listing.isWhole) return null;
  return [...listing.files].flatMap(([name, { place, used }]): Volume[] => {
    const [id = ""] = name.split(".");
    const isBeside = name === `${id}.json` && listing.beside.has(name);
    if (isBeside && listing.files.has(`${id}.qcow2`)) return [];
    const beside = readBeside(listing.beside.get(`${id}.json`) ?? "");
    const isOurs = name === `${id}.qcow2` && beside !== null && isOwnMark(beside, owner, id);
    const isOpen = listing.locks.has(place);
    const label = beside?.label ?? null;
    return [
      {
        name,
        drive: isOurs ? id : null,
        label,
        size: listing.sizeOf(name),
        used,
        isActive: null,
        isOpen,
        isBlanking: false,
      },
    ];
  });
}
