"use client";
import { useAddress } from "./use-address.ts";

export interface Sorting<C extends string> {
  column: C;
  isDown: boolean;
  /** Sorts by a column; by the same one again, the other way round. */
  by: (column: C) => void;
  /** As it stands in the address, and what puts it there. */
  value: string;
  set: (value: string) => void;
}

/**
 * The order of a list in its address: `sort=name`, or `sort=-name` for the other way round. `down`: columns that begin
 * with the greatest, such as times.
 */
export function useSort<C extends string>(
  columns: readonly C[],
  first: NoInfer<C>,
  down: readonly NoInfer<C>[] = [],
): Sorting<C> {
  const [address, setAddress] = useAddress();
  const value = address.get("sort") ?? "";
  const isReversed = value.startsWith("-");
  const column = columns.find((each) => each === (isReversed ? value.slice(1) : value)) ?? first;
  const set = (next: string) => setAddress({ sort: next === first ? null : next });
  const by = (next: C) => set(next === column && !isReversed ? `-${next}` : next);
  return { column, isDown: down.includes(column) !== isReversed, by, value: `${isReversed ? "-" : ""}${column}`, set };
}
