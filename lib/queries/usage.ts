import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type Outlook, type PackedUsage, type Range, type StorageUsage, unpackPoint } from "../domain/usage.ts";
import { getJson } from "./get-json.ts";

export const OUTLOOK_KEY = ["outlook"] as const;
export const usageKey = (storageId: string) => ["usage", storageId] as const;

/** Thresholds, and days on which storages are full. */
export const outlookQuery = () =>
  queryOptions({
    queryKey: OUTLOOK_KEY,
    queryFn: ({ signal }) => getJson<Outlook>("/api/usage/outlook", signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** How often a picture gets its newest points: those of a day are minutes. */
const AGAIN_MS: Record<Range, number> = { day: 60_000, week: 600_000, quarter: 3_600_000, years: 3_600_000 };

/** The use of a storage on a node over a range. */
export const usageQuery = (storageId: string, nodeId: string | null, range: Range) =>
  queryOptions({
    queryKey: [...usageKey(storageId), nodeId, range],
    queryFn: async ({ signal }): Promise<StorageUsage> => {
      const values = new URLSearchParams({ range, ...(nodeId ? { node: nodeId } : {}) });
      const path = `/api/storages/${encodeURIComponent(storageId)}/usage?${values}`;
      const usage = await getJson<PackedUsage>(path, signal);
      return { ...usage, points: usage.points.map(unpackPoint) };
    },
    refetchInterval: AGAIN_MS[range],
    placeholderData: keepPreviousData,
  });
