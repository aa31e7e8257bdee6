import { queryOptions } from "@tanstack/react-query";
import type { NodeDetails } from "../domain/dto.ts";
import { getJson } from "./get-json.ts";

const DETAILS = "node-details";

export const detailsKey = (nodeId: string) => [DETAILS, nodeId] as const;

/** The details of one of these nodes: asked again when something about it was measured. */
export const isDetailsOf = (nodeIds: ReadonlySet<string>) => (query: { queryKey: readonly unknown[] }) =>
  query.queryKey[0] === DETAILS && nodeIds.has(String(query.queryKey[1]));

export const detailsQuery = (nodeId: string) =>
  queryOptions({
    queryKey: detailsKey(nodeId),
    queryFn: ({ signal }) => getJson<NodeDetails>(`/api/nodes/${encodeURIComponent(nodeId)}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
