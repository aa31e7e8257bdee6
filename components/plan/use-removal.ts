import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorViewOf } from "#lib/queries/get-json.ts";
import { type RemovalViews, removalQuery, wholePlan } from "#lib/queries/removal.ts";
import type { PlanNow } from "./planned-form.tsx";

/** The plan of a removal as it is now; once it is sent it is not asked for again, unless it was refused. Pages come without it. */
export function useRemoval<What extends keyof RemovalViews>(
  what: What,
  id: string,
  isForced = false,
): PlanNow<RemovalViews[What]> {
  const client = useQueryClient();
  const [isHeld, setHeld] = useState(false);
  const query = removalQuery(what, id, isForced);
  const { data, error, isPlaceholderData, refetch } = useQuery({
    ...query,
    ...(isHeld ? { enabled: false } : {}),
  });
  return {
    view: data ?? null,
    isCurrent: data !== undefined && !isPlaceholderData,
    error: error && errorViewOf(error),
    retry: () => void refetch(),
    whole: () => wholePlan(what, id, { isForced, digest: data?.digest ?? null }),
    hold: (isSent) => {
      setHeld(isSent);
      if (isSent) void client.cancelQueries({ queryKey: query.queryKey });
    },
  };
}
