import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { NodeHistory } from "../domain/dto.ts";
import { getJson } from "./get-json.ts";

export const historyKey = (nodeId: string) => ["history", nodeId] as const;

/** The latest changes of a node; asked again when one more is recorded. */
export const historyQuery = (nodeId: string, limit: number) =>
  queryOptions({
    queryKey: [...historyKey(nodeId), limit],
    queryFn: ({ signal }) =>
      getJson<NodeHistory>(`/api/nodes/${encodeURIComponent(nodeId)}/history?limit=${limit}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
