import { useQuery } from "@tanstack/react-query";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { type RemovalViews, removalQuery } from "#lib/queries/removal.ts";
import type { PlanNow } from "./planned-form.tsx";

/** The plan of a removal as it is now. `initial`: what the page came with, not forced; null where it came with none. */
export function useRemoval<What extends keyof RemovalViews>(
  what: What,
  id: string,
  initial: RemovalViews[What] | null,
  isForced = false,
): PlanNow<RemovalViews[What]> {
  const { data, error, isPlaceholderData } = useQuery({
    ...removalQuery(what, id, isForced),
    ...(isForced || initial === null ? {} : { initialData: initial }),
  });
  return {
    view: data ?? null,
    isCurrent: data !== undefined && !isPlaceholderData,
    error: error && errorViewOf(error),
  };
}
