"use client";
import { FIRST_ROWS } from "#lib/domain/node-window.ts";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Drawn beyond the screen at either end, in pixels: what one turn of a wheel shows. */
const BEYOND = 110;
const FIRST_GUESS = 48;

/** A run of drawn rows, or the height of rows that are not drawn. */
export type Part = { from: number; to: number } | { height: number; key: string };

interface Range {
  from: number;
  to: number;
  /** A row away from the screen that has the focus: it stays drawn. */
  focused: number | null;
}

/**
 * Heights as they were seen last, by id. A row that was never drawn counts as the mean of those drawn first: a guess that
 * went on changing would move what lies below it.
 */
class Heights {
  readonly #seen = new Map<string, number>();
  #guess: number | null = null;

  add(heights: ReadonlyMap<string, number>): void {
    let sum = 0;
    for (const [id, height] of heights) {
      this.#seen.set(id, height);
      sum += height;
    }
    if (sum > 0) this.#guess ??= sum / heights.size;
  }

  /** The screen has another width now. */
  forget(): void {
    this.#seen.clear();
    this.#guess = null;
  }

  /** Of a row that was never drawn. */
  get guess(): number {
    return this.#guess ?? FIRST_GUESS;
  }

  /** Where each row begins, in pixels from the first one, and at the end where the last one ends. */
  offsets(ids: readonly string[]): number[] {
    const offsets = [0];
    let at = 0;
    for (const id of ids) {
      at += this.#seen.get(id) ?? this.guess;
      offsets.push(at);
    }
    return offsets;
  }
}

/** Heights of the rows that are drawn, each with what is open below it. */
function drawnHeights(body: HTMLElement): Map<string, number> {
  const heights = new Map<string, number>();
  for (const row of body.querySelectorAll<HTMLElement>("[data-row]")) {
    const more = row.nextElementSibling;
    const opened = more instanceof HTMLElement && more.dataset.more !== undefined ? more.offsetHeight : 0;
    heights.set(row.dataset.row ?? "", row.offsetHeight + opened);
  }
  return heights;
}

/** Index of the row that holds this pixel; sorted offsets, by halves. */
function rowAt(offsets: readonly number[], pixel: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((offsets[middle] ?? 0) <= pixel) low = middle;
    else high = middle - 1;
  }
  return low;
}

function partsOf({ from, to, focused }: Range, offsets: readonly number[]): Part[] {
  const count = offsets.length - 1;
  const runs = [{ from: Math.min(from, count), to: Math.min(to, count) }];
  if (focused !== null && focused < count && focused < from) runs.unshift({ from: focused, to: focused + 1 });
  if (focused !== null && focused < count && focused >= to) runs.push({ from: focused, to: focused + 1 });
  const parts: Part[] = [];
  let at = 0;
  // Keys say where a gap begins: what stays drawn then never changes its order, and a row with the focus is not moved.
  const skip = (until: number) => {
    const height = (offsets[until] ?? 0) - (offsets[at] ?? 0);
    if (until > at) parts.push({ height, key: `gap-${at}` });
  };
  for (const run of runs) {
    skip(run.from);
    if (run.to > run.from) parts.push(run);
    at = run.to;
  }
  skip(count);
  return parts;
}

const sameRange = (a: Range, b: Range) => a.from === b.from && a.to === b.to && a.focused === b.focused;

/**
 * Draws only the rows of a long table that are near the screen, and what has the focus; the page itself scrolls. Rows
 * carry their id as `data-row`, `first` of them stand in the first HTML; `missing`: rows that
 * are yet to come at the end, whose room is kept; a row that belongs to the one before (what opens in place) carries `data-more`.
 */
export function useWindowRows(
  body: RefObject<HTMLElement | null>,
  ids: readonly string[],
  { first = FIRST_ROWS, missing = 0 }: { first?: number; missing?: number } = {},
): Part[] {
  const heights = useRef(new Heights());
  const [range, setRange] = useState<Range>({ from: 0, to: first, focused: null });
  // Offsets of the render under way: heights are read after it, and only rows away from the screen are guessed from them.
  const offsets = heights.current.offsets(ids);

  const look = useCallback(() => {
    const element = body.current;
    if (!element) return;
    const now = heights.current.offsets(ids);
    const top = -element.getBoundingClientRect().top;
    // A short table is drawn whole: rows that come and go while one reads a page cost more than they save.
    const isShort = ids.length <= FIRST_ROWS;
    const from = isShort ? 0 : rowAt(now, top - BEYOND);
    const to = isShort ? ids.length : rowAt(now, top + window.innerHeight + BEYOND) + 1;
    const held = document.activeElement?.closest("[data-row]");
    const index = held && element.contains(held) ? ids.indexOf(held.getAttribute("data-row") ?? "") : -1;
    const focused = index >= 0 && (index < from || index >= to) ? index : null;
    const next = { from, to, focused };
    setRange((before) => (sameRange(before, next) ? before : next));
  }, [body, ids]);

  useLayoutEffect(() => {
    if (body.current) heights.current.add(drawnHeights(body.current));
    look();
  });
  useEffect(() => {
    let frame = 0;
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    };
    const resized = () => {
      heights.current.forget();
      setRange((before) => ({ ...before }));
    };
    window.addEventListener("scroll", soon, { passive: true });
    window.addEventListener("resize", resized);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("scroll", soon);
      window.removeEventListener("resize", resized);
    };
  }, [look]);
  const parts = partsOf(range, offsets);
  return missing > 0 ? [...parts, { height: missing * heights.current.guess, key: "gap-missing" }] : parts;
}
