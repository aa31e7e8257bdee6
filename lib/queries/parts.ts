import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { lookAtParts } from "../actions/storages.ts";
import type { PartsView } from "../domain/parts.ts";
import type { PartsRequest } from "../domain/parts-request.ts";
import { RequestError } from "./get-json.ts";

/** A look at a node's disks, with the plan of what is asked for; an action, because it asks the node. */
export const partsQuery = (
  place: { storageId: string; nodeId: string; source?: Record<string, string> },
  request: PartsRequest | null,
) =>
  queryOptions({
    queryKey: ["parts", place, request],
    queryFn: async (): Promise<PartsView> => {
      const result = await lookAtParts({ ...place, request });
      if (!result.ok) throw new RequestError(result.error, 422);
      return result.value;
    },
    placeholderData: keepPreviousData,
    retry: false,
    refetchOnWindowFocus: false,
    staleTime: 0,
    gcTime: 0,
  });
