import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { DrivePlanView, DrivesView } from "../domain/drive.ts";
import { getJson } from "./get-json.ts";

export const DRIVES_KEY = ["drives"] as const;
export const DRIVE_PLAN_KEY = ["drive-plan"] as const;

/** `at`: the browser's clock when the ages inside were true; missing in the first paint. */
export type DrivesState = DrivesView & { at?: number };

/** Drives that came with a page, and the query they are the answer to. */
export interface FirstDrives {
  query: string;
  view: DrivesView;
}

/** While another part of the list is on its way, the last one stays. */
export const drivesQuery = (query: string) =>
  queryOptions({
    queryKey: [...DRIVES_KEY, query],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<DrivesState> => ({
      ...(await getJson<DrivesView>(`/api/drives?${query}`, signal)),
      at: Date.now(),
    }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What would run for what is typed now; nothing is written by asking. The last answer stays while the next is on its way. */
export const drivePlanQuery = (input: unknown) =>
  queryOptions({
    queryKey: [...DRIVE_PLAN_KEY, input],
    queryFn: ({ signal }) =>
      getJson<DrivePlanView>(`/api/drives/plan?input=${encodeURIComponent(JSON.stringify(input))}`, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });
