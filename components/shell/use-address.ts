"use client";
import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

/**
 * A view's own settings in the address: `[values, set]`. They change without asking the server, so that any view can be
 * sent to a colleague and nothing is loaded again.
 */
export function useAddress(): [URLSearchParams, (changes: Record<string, string | null>) => void] {
  const params = useSearchParams();
  const set = useCallback((changes: Record<string, string | null>) => {
    const next = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === "") next.delete(name);
      else next.set(name, value);
    }
    const query = next.toString();
    window.history.replaceState(null, "", query ? `${window.location.pathname}?${query}` : window.location.pathname);
  }, []);
  return [new URLSearchParams(params), set];
}
