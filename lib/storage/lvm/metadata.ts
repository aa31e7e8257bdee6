/** A volume group as its own metadata on a disk tells of it, read without LVM. */
export interface FoundGroup {
  name: string;
  uuid: string;
  tags: string[];
  /** UUIDs of all its PVs, with their dashes. */
  pvUuids: string[];
  volumes: { name: string; tags: string[] }[];
  systemId: string;
  lockType: string;
  /** Host that wrote it last, and when, as a date in ISO form; empty where it does not say. */
  host: string;
  writtenAt: string;
}

type Value = string | number | Value[] | Section;
interface Section {
  [name: string]: Value;
}

const TOKEN = /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_+./-]+)|([={}[\],])/gy;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) throw new Error("LVM's metadata is not understood");
    const [, quoted, word, sign] = match;
    // A quote in front tells texts from signs and words.
    if (quoted !== undefined) tokens.push(`"${quoted.replace(/\\(.)/g, "$1")}`);
    else if (word !== undefined || sign !== undefined) tokens.push(word ?? sign ?? "");
  }
  return tokens;
}

/** Sections are this deep at the most: VG, its volumes, a volume, its segment. */
const MAX_DEPTH = 8;

class Reader {
  readonly #tokens: string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  section(depth = 0): Section {
    const section: Section = {};
    while (this.#at < this.#tokens.length && this.#tokens[this.#at] !== "}") {
      const name = this.#next();
      const sign = this.#next();
      if (sign === "{" && depth < MAX_DEPTH) {
        section[name] = this.section(depth + 1);
        this.#expect("}");
      } else if (sign === "=") section[name] = this.#value();
      else throw new Error(`LVM's metadata is not understood at ${name}`);
    }
    return section;
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error("LVM's metadata ends in the middle");
    return token;
  }

  #expect(wanted: string): void {
    if (this.#next() !== wanted) throw new Error(`LVM's metadata lacks a ${wanted}`);
  }

  #value(): Value {
    const token = this.#next();
    if (token === "[") return this.#list();
    return token.startsWith('"') ? token.slice(1) : Number(token);
  }

  #list(): Value[] {
    const list: Value[] = [];
    for (let token = this.#next(); token !== "]"; token = this.#next())
      if (token !== ",") list.push(token.startsWith('"') ? token.slice(1) : Number(token));
    return list;
  }
}

const isSection = (value: Value | undefined): value is Section =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: Value | undefined) => (typeof value === "string" ? value : "");
const textsOf = (value: Value | undefined) =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
const entriesOf = (value: Value | undefined) => (isSection(value) ? Object.entries(value) : []);

function writtenAt(value: Value | undefined): string {
  return typeof value === "number" && value > 0 && value < 2 ** 33 ? new Date(value * 1000).toISOString() : "";
}

/** Reads the text that LVM keeps on each PV. Throws an Error where it is not understood. */
export function readMetadata(text: string): FoundGroup {
  const root = new Reader(text).section();
  const [name, group] = Object.entries(root).find(([, value]) => isSection(value)) ?? [];
  if (name === undefined || !isSection(group)) throw new Error("LVM's metadata names no volume group");
  return {
    name,
    uuid: textOf(group.id),
    tags: textsOf(group.tags),
    pvUuids: entriesOf(group.physical_volumes).map(([, pv]) => (isSection(pv) ? textOf(pv.id) : "")),
    volumes: entriesOf(group.logical_volumes).map(([volume, lv]) => ({
      name: volume,
      tags: isSection(lv) ? textsOf(lv.tags) : [],
    })),
    systemId: textOf(group.system_id),
    lockType: textOf(group.lock_type),
    host: textOf(root.creation_host),
    writtenAt: writtenAt(root.creation_time),
  };
}

const SECTOR = 512;
/** LVM looks for its label in the first sectors. */
const LABEL_SECTORS = 4;
const DESCRIPTOR = 16;

/** A PV by its label: its UUID, and where its metadata area is; bytes. */
export interface PvLabel {
  uuid: string;
  area: { offset: number; size: number } | null;
}

const withDashes = (id: string) =>
  [0, 6, 10, 14, 18, 22, 26].map((from, index) => id.slice(from, from + (index % 6 === 0 ? 6 : 4))).join("-");

/** Reads `offset`, `size` pairs until one is zero; answers with them and where they end. */
function readPairs(head: Buffer, from: number): { pairs: [number, number][]; end: number } {
  const pairs: [number, number][] = [];
  for (let at = from; at + DESCRIPTOR <= head.length; at += DESCRIPTOR) {
    const offset = Number(head.readBigUInt64LE(at));
    const size = Number(head.readBigUInt64LE(at + 8));
    if (offset === 0) return { pairs, end: at + DESCRIPTOR };
    pairs.push([offset, size]);
  }
  return { pairs, end: head.length };
}

/** The label of a PV in the first bytes of a device; null where it is none. */
export function readPvLabel(head: Buffer): PvLabel | null {
  for (let sector = 0; sector < LABEL_SECTORS; sector += 1) {
    const at = sector * SECTOR;
    if (head.toString("latin1", at, at + 8) !== "LABELONE" || head.toString("latin1", at + 24, at + 28) !== "LVM2")
      continue;
    const header = at + head.readUInt32LE(at + 20);
    const id = head.toString("latin1", header, header + 32);
    const data = readPairs(head, header + 40);
    const [area] = readPairs(head, data.end).pairs;
    return { uuid: withDashes(id), area: area ? { offset: area[0], size: area[1] } : null };
  }
  return null;
}

const MAGIC = " LVM2 x[5A%r0N*>";
/** Text of more than this is not read: thousands of LVs. */
const MAX_TEXT = 1.5 * 1024 ** 2;

/**
 * Where the metadata's text is, in up to two pieces, since its area is a ring; from the area's first sector. Null: no group
 * has written any. Throws an Error where it makes no sense, or is more than is read.
 */
export function metadataPieces(
  areaHead: Buffer,
  area: { offset: number; size: number },
): { offset: number; length: number }[] | null {
  if (areaHead.toString("latin1", 4, 4 + MAGIC.length) !== MAGIC) return null;
  const offset = Number(areaHead.readBigUInt64LE(40));
  const length = Number(areaHead.readBigUInt64LE(48));
  if (length === 0) return null;
  if (offset < SECTOR || offset >= area.size || length > MAX_TEXT)
    throw new Error(`LVM's metadata is not understood: ${length} bytes at ${offset}`);
  const first = Math.min(length, area.size - offset);
  const pieces = [{ offset: area.offset + offset, length: first }];
  // Behind its end the ring goes on after its head.
  if (first < length) pieces.push({ offset: area.offset + SECTOR, length: length - first });
  return pieces;
}
