import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { SearchAnswer } from "../domain/search.ts";
import { getJson } from "./get-json.ts";

/** What fits the words; nothing is asked for without any. */
export const searchQuery = (typed: string) =>
  queryOptions({
    queryKey: ["search", typed],
    queryFn: ({ signal }) => getJson<SearchAnswer>(`/api/search?${new URLSearchParams({ q: typed })}`, signal),
    enabled: typed !== "",
    staleTime: 10_000,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
  });
