import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { NodeRemovalView } from "../domain/node.ts";
import type { RemovalView } from "../domain/planned.ts";
import { getJson } from "./get-json.ts";

/** A node that comes back, or goes, changes what a removal would do. */
const EVERY_MS = 5_000;

/** By what is removed, as addresses name it. */
export interface RemovalViews {
  storages: RemovalView;
  clusters: RemovalView;
  nodes: NodeRemovalView;
}

export const REMOVAL_KEY = ["removal"] as const;

/** What the removal of a storage, a cluster or a node would do; nothing is written by asking. */
export const removalQuery = <What extends keyof RemovalViews>(what: What, id: string, isForced = false) =>
  queryOptions({
    queryKey: [...REMOVAL_KEY, what, id, isForced],
    queryFn: ({ signal }) =>
      getJson<RemovalViews[What]>(
        `/api/${what}/${encodeURIComponent(id)}/removal${isForced ? "?forced=1" : ""}`,
        signal,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
    staleTime: 0,
    gcTime: 0,
  });
