import type { Cause } from "../../../domain/live.ts";
import { text } from "../../../domain/text.ts";
import type { Drift } from "../../contract.ts";

/** Sectors of a LUN that a map lies on. */
interface Piece {
  wwid: string;
  from: number;
  sectors: number;
}

/** A map of the group on one node, and the LV that it is of, or was. */
export interface Mapped {
  name: string;
  /** UUID of the LV without dashes, whichever layer of it the map is. */
  lv: string;
  isOpen: boolean;
  pieces: Piece[];
}

/** More maps than this are not compared: nothing that is in use is so much. */
const MOST_MAPS = 4096;
const UUID_LETTERS = 32;
const count = (word: string | undefined) => (/^\d{1,15}$/.test(word ?? "") ? Number(word) : null);

/** Reads the lines about maps and their pieces in a check's answer. */
export function readMapped(lines: readonly string[]): Mapped[] {
  const maps = new Map<string, Mapped>();
  for (const line of lines) {
    const [kind, name = "", ...rest] = line.split(" ");
    if (kind === "map" && maps.size < MOST_MAPS) {
      const [open, , uuid = ""] = rest;
      maps.set(name, { name, lv: uuid.slice(0, UUID_LETTERS), isOpen: Number(open) > 0, pieces: [] });
    } else if (kind === "seg") {
      const [wwid = "", start, length] = rest;
      const [from, sectors] = [count(start), count(length)];
      if (from !== null && sectors !== null) maps.get(name)?.pieces.push({ wwid, from, sectors });
    }
  }
  return [...maps.values()];
}

interface Laid extends Piece {
  node: string;
  map: Mapped;
}

const lineOf = ({ node, map, wwid, from, sectors }: Laid) =>
  `${node} ${map.name} ${wwid} ${from} ${sectors}${map.isOpen ? " open" : ""}`;

function causeOf(key: string, pieces: readonly Laid[]): Cause {
  const names = [...new Set(pieces.map(({ map }) => map.name))].join(", ");
  return {
    reason: text(`live.network-lvm.${key}`, { maps: names }),
    command: "dmsetup table --target linear",
    output: pieces.map(lineOf).join("\n"),
  };
}

function driftOf(key: string, pieces: readonly Laid[]): Drift {
  const nodes = [...new Set(pieces.map(({ node }) => node))];
  const id = [key, ...pieces.map(({ node, map }) => `${node}:${map.lv}`)].toSorted().join(" ");
  return { id, nodes, cause: causeOf(key, pieces) };
}

/** Pairs of pieces on the same sectors, of two LVs on two nodes: one of them writes over the other. */
function overlaps(pieces: readonly Laid[]): Drift[] {
  const found = new Map<string, Drift>();
  let open: Laid[] = [];
  for (const piece of pieces.toSorted((a, b) => a.from - b.from)) {
    open = open.filter(({ from, sectors }) => from + sectors > piece.from);
    for (const other of open) {
      if (other.node === piece.node || other.map.lv === piece.map.lv) continue;
      const drift = driftOf("same-sectors", [other, piece]);
      found.set(drift.id, drift);
    }
    open.push(piece);
  }
  return [...found.values()];
}

/** LVs that several nodes have open. */
function openTwice(pieces: readonly Laid[]): Drift[] {
  const open = Map.groupBy(
    pieces.filter(({ map }) => map.isOpen),
    ({ map }) => map.lv,
  );
  return [...open.values()]
    .map((of) => [...new Map(of.map((piece) => [piece.node, piece])).values()])
    .filter((of) => of.length > 1)
    .map((of) => driftOf("open-twice", of));
}

const mappedIn = ({ mapped }: Record<string, unknown>) => (mapped as Mapped[] | undefined) ?? [];

/** What the maps of several nodes say together; each by itself looks well. `looks`: details of the last check, by node. */
export function compareMaps(looks: ReadonlyMap<string, Record<string, unknown>>): Drift[] {
  const laid = [...looks].flatMap(([node, details]) =>
    mappedIn(details).flatMap((map) => map.pieces.map((piece): Laid => ({ ...piece, node, map }))),
  );
  const byLun = [...Map.groupBy(laid, ({ wwid }) => wwid).values()];
  return [...byLun.flatMap(overlaps), ...openTwice(laid)];
}
