import { queryOptions } from "@tanstack/react-query";
import type { DraftView } from "../domain/dto.ts";
import { getJson } from "./get-json.ts";

export const DRAFTS_KEY = ["draft"] as const;
export const draftKey = (id: string) => [...DRAFTS_KEY, id] as const;

export const draftQuery = (id: string) =>
  queryOptions({
    queryKey: draftKey(id),
    queryFn: ({ signal }) => getJson<DraftView>(`/api/drafts/${encodeURIComponent(id)}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
