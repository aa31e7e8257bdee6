import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { RemovalView } from "../domain/planned.ts";
import { getJson } from "./get-json.ts";

/** A node that comes back, or goes, changes what a removal would do. */
const EVERY_MS = 5_000;

/** What the removal of a storage or a cluster would do; nothing is written by asking. */
export const removalQuery = (what: "storages" | "clusters", id: string, isForced = false) =>
  queryOptions({
    queryKey: ["removal", what, id, isForced],
    queryFn: ({ signal }) =>
      getJson<RemovalView>(`/api/${what}/${encodeURIComponent(id)}/removal${isForced ? "?forced=1" : ""}`, signal),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
    gcTime: 0,
  });
