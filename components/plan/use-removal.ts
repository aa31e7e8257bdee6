import { useQuery } from "@tanstack/react-query";
import type { RemovalView } from "#lib/domain/planned.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { removalQuery } from "#lib/queries/removal.ts";
import type { PlanNow } from "./planned-form.tsx";

/** The plan of a removal as it is now; the page came with the first one. */
export function useRemoval(
  what: "storages" | "clusters",
  id: string,
  initial: RemovalView,
  isForced = false,
): PlanNow<RemovalView> {
  const { data, error, isPlaceholderData } = useQuery({
    ...removalQuery(what, id, isForced),
    ...(isForced ? {} : { initialData: initial }),
  });
  return {
    view: data ?? null,
    isCurrent: data !== undefined && !isPlaceholderData,
    error: error && errorViewOf(error),
  };
}
