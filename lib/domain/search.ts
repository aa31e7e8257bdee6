import type { StorageKind } from "./storage.ts";
import type { Text } from "./text.ts";
import { naturalOrder } from "./units.ts";

/** Kinds of things that are found, in the order in which they are listed. */
export const HIT_KINDS = ["cluster", "node", "storage", "drive", "task"] as const;
export type HitKind = (typeof HIT_KINDS)[number];

/** Something that was found. */
export interface SearchHit {
  kind: HitKind;
  id: string;
  /** A name as it was typed, or a sentence. */
  name: string | Text;
  /** Where it belongs: its cluster, its address. */
  about: string;
  /** Of a storage. */
  storageKind?: StorageKind;
  href: string;
}

/** GET /api/search */
export interface SearchAnswer {
  hits: SearchHit[];
}

/** The longest search, and the most hits of one kind. */
export const SEARCH_LONGEST = 100;
export const SEARCH_MOST = 8;

/** What is looked for: each word somewhere, in any order, whatever its case. */
export function searchWords(typed: string): string[] {
  return typed.slice(0, SEARCH_LONGEST).toLowerCase().split(/\s+/).filter(Boolean);
}

/** How well a name fits: the name itself, its beginning, the beginning of a word in it, somewhere; null where a word is missing. */
export function rankOf(words: readonly string[], name: string, rest = ""): number | null {
  const own = name.toLowerCase();
  const all = `${own} ${rest.toLowerCase()}`;
  if (!words.every((word) => all.includes(word))) return null;
  const typed = words.join(" ");
  if (own === typed) return 0;
  if (own.startsWith(typed)) return 1;
  return own.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(words[0] ?? "")) ? 2 : 3;
}

/** Those that fit, best first, then in natural order of their names. */
export function bestFits<T>(
  items: readonly T[],
  words: readonly string[],
  of: (item: T) => [name: string, rest: string],
): T[] {
  return items
    .flatMap((item) => {
      const [name, rest] = of(item);
      const rank = rankOf(words, name, rest);
      return rank === null ? [] : [{ item, rank, name }];
    })
    .sort((a, b) => a.rank - b.rank || naturalOrder(a.name, b.name))
    .map(({ item }) => item);
}
