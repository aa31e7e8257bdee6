import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { lookAtLeftovers } from "../actions/nodes.ts";
import type { LeftoversView } from "../domain/leftovers.ts";
import { RequestError } from "./get-json.ts";

/** A look for leftovers on a node, with the plan that clears the chosen ones; an action, because it asks the node. */
export const leftoversQuery = (nodeId: string, chosen: string[]) =>
  queryOptions({
    queryKey: ["leftovers", nodeId, chosen],
    queryFn: async (): Promise<LeftoversView> => {
      const result = await lookAtLeftovers({ nodeId, chosen });
      if (!result.ok) throw new RequestError(result.error, 422);
      return result.value;
    },
    placeholderData: keepPreviousData,
    retry: false,
    refetchOnWindowFocus: false,
    staleTime: 0,
    gcTime: 0,
  });
