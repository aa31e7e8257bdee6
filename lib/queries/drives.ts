import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { DrivePlanView, DrivesView } from "../domain/drive.ts";
import { getJson } from "./get-json.ts";

export const DRIVES_KEY = ["drives"] as const;

/** `at`: the browser's clock when the ages inside were true; missing in the first paint. */
export type DrivesState = DrivesView & { at?: number };

export const drivesQuery = () =>
  queryOptions({
    queryKey: DRIVES_KEY,
    queryFn: async ({ signal }): Promise<DrivesState> => ({
      ...(await getJson<DrivesView>("/api/drives", signal)),
      at: Date.now(),
    }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What would run for what is typed now; nothing is written by asking. The last answer stays while the next is on its way. */
export const drivePlanQuery = (input: unknown) =>
  queryOptions({
    queryKey: ["drive-plan", input],
    queryFn: ({ signal }) =>
      getJson<DrivePlanView>(`/api/drives/plan?input=${encodeURIComponent(JSON.stringify(input))}`, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });
