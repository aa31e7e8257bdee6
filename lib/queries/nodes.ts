import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { NodeConcerns } from "../domain/node.ts";
import { getJson } from "./get-json.ts";

export const CONCERNS_KEY = ["node-concerns"] as const;

/** What stands on a node and what is at work on it; asked again when drives or tasks change. */
export const concernsQuery = (nodeId: string) =>
  queryOptions({
    queryKey: [...CONCERNS_KEY, nodeId],
    queryFn: ({ signal }) => getJson<NodeConcerns>(`/api/nodes/${encodeURIComponent(nodeId)}/concerns`, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
