"use client";
import { useState } from "react";

/**
 * Things in the order they had when the page opened; what came later stands at the end. Nothing moves by itself. With
 * another `edition` the order is made anew.
 */
export function useHeldOrder<T extends { id: string }>(
  items: readonly T[],
  first: () => string[],
  edition: string | boolean = "",
): T[] {
  const [held, setHeld] = useState(() => ({ edition, order: first() }));
  if (held.edition !== edition) setHeld({ edition, order: first() });
  const place = new Map(held.order.map((id, index) => [id, index]));
  return [...items].sort(
    (a, b) => (place.get(a.id) ?? Number.MAX_SAFE_INTEGER) - (place.get(b.id) ?? Number.MAX_SAFE_INTEGER),
  );
}
