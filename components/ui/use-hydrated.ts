"use client";
import { useSyncExternalStore } from "react";

const never = () => () => {};

/**
 * False in the first paint, true once the page is alive. What needs the script is off until then: a press is never
 * swallowed, and a form is never sent the browser's own way.
 */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
