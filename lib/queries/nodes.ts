import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { NodeConcerns, NodePlanView } from "../domain/node.ts";
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

export const NODE_PLAN_KEY = ["node-plan"] as const;

/** What would run to remove a node; nothing is written by asking. */
export const removalQuery = (nodeId: string, force: boolean) =>
  queryOptions({
    queryKey: [...NODE_PLAN_KEY, "remove", nodeId, force],
    queryFn: ({ signal }) =>
      getJson<NodePlanView>(`/api/nodes/${encodeURIComponent(nodeId)}/removal?force=${force}`, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });
