import { type FoundGroup, metadataPieces, readMetadata, readPvLabel } from "../../lvm/metadata.ts";
import type { Extent, ReadBytes } from "./look.ts";

/** What lies on a LUN. */
export type Contents =
  | { kind: "blank" }
  | { kind: "group"; group: FoundGroup }
  /** A PV that no group has. */
  | { kind: "pv"; uuid: string }
  /** Something that has a name: `ext4`, `GPT`. */
  | { kind: "signature"; name: string }
  /** Bytes of whatever it is. */
  | { kind: "data" };

export const HEAD_BYTES = 128 * 1024;
/** How much of both ends is looked at. */
export const EDGE_BYTES = 1024 ** 2;
const SECTOR = 512;

/** What is read first: the head, and whether the first and the last MiB hold anything. */
export function firstExtents(size: number): Extent[] {
  const edge = Math.min(EDGE_BYTES, size);
  return [
    { offset: 0, length: Math.min(HEAD_BYTES, size) },
    { offset: 0, length: edge, isBrief: true },
    { offset: lastMib(size), length: size - lastMib(size), isBrief: true },
  ];
}

const lastMib = (size: number) => Math.floor(Math.max(0, size - EDGE_BYTES) / 4096) * 4096;

/** Name, where it begins, what stands there. The node's own tools look for many more before anything is written. */
const SIGNATURES: readonly [name: string, at: number, bytes: string][] = [
  ["GPT", 512, "EFI PART"],
  ["GPT", 4096, "EFI PART"],
  ["LUKS", 0, "LUKS\xba\xbe"],
  ["XFS", 0, "XFSB"],
  ["ext2/3/4", 1080, "\x53\xef"],
  ["Btrfs", 65_600, "_BHRfS_M"],
  ["swap", 4086, "SWAPSPACE2"],
  ["NTFS", 3, "NTFS    "],
  ["ReFS", 3, "ReFS"],
  ["ISO 9660", 32_769, "CD001"],
  ["md RAID", 4096, "\xfc\x4e\x2b\xa9"],
  ["md RAID", 0, "\xfc\x4e\x2b\xa9"],
  ["BlueStore", 0, "bluestore block device"],
  ["GFS2", 65_536, "\x01\x16\x19\x70"],
  ["OCFS2", 8192, "OCFSV2"],
  ["VDO", 0, "dmvdo001"],
  // Also on file systems of DOS, whose names are looked for before.
  ["MBR", 510, "\x55\xaa"],
];

function signatureIn(head: Buffer): string | null {
  const found = SIGNATURES.find(([, at, bytes]) => head.toString("latin1", at, at + bytes.length) === bytes);
  return found?.[0] ?? null;
}

/** Reads more of the LUN. */
export type ReadMore = (extents: Extent[]) => Promise<ReadBytes>;

const wholeBlocks = (offset: number, length: number): Extent => {
  const from = Math.floor(offset / 4096) * 4096;
  return { offset: from, length: Math.ceil((offset + length - from) / 4096) * 4096 };
};

/** The group that a PV's metadata area holds; null where it is in none. Throws an Error where that is not understood. */
async function groupIn(area: { offset: number; size: number }, more: ReadMore): Promise<FoundGroup | null> {
  const head = (await more([wholeBlocks(area.offset, SECTOR)])).bytes(area.offset, SECTOR);
  const pieces = metadataPieces(head, area);
  if (!pieces) return null;
  const read = await more(pieces.map(({ offset, length }) => wholeBlocks(offset, length)));
  const text = Buffer.concat(pieces.map(({ offset, length }) => read.bytes(offset, length)));
  return readMetadata(text.toString("utf8").replaceAll("\0", ""));
}

/** What lies on a LUN of `size` bytes, from its head on; `first` are its `firstExtents`. */
export async function contentsOf(size: number, first: ReadBytes, more: ReadMore): Promise<Contents> {
  const head = first.bytes(0, HEAD_BYTES);
  const label = readPvLabel(head);
  if (label) {
    const group = label.area && (await groupIn(label.area, more));
    return group ? { kind: "group", group } : { kind: "pv", uuid: label.uuid };
  }
  const name = signatureIn(head);
  if (name) return { kind: "signature", name };
  return first.isZero(0) && first.isZero(lastMib(size)) ? { kind: "blank" } : { kind: "data" };
}
