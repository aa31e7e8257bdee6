"use client";
import { useState } from "react";

/** Things in the order they had when the page opened; what came later stands at the end. Nothing moves by itself. */
export function useHeldOrder<T extends { id: string }>(items: readonly T[], first: () => string[]): T[] {
  const [order] = useState(first);
  const place = new Map(order.map((id, index) => [id, index]));
  return [...items].sort(
    (a, b) => (place.get(a.id) ?? Number.MAX_SAFE_INTEGER) - (place.get(b.id) ?? Number.MAX_SAFE_INTEGER),
  );
}
