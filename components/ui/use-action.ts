import { useState, useTransition } from "react";
import type { ActionResult, ErrorView } from "#lib/domain/errors.ts";

/** One action behind a button: under way or not, and the error of the last time. */
export function useAction<T>(act: () => Promise<ActionResult<T>>, onDone?: (value: T) => void) {
  const [busy, start] = useTransition();
  const [error, setError] = useState<ErrorView | null>(null);
  const run = () =>
    start(async () => {
      const result = await act();
      setError(result.ok ? null : result.error);
      if (result.ok) onDone?.(result.value);
    });
  return { busy, error, run };
}
