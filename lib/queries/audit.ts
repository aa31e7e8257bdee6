import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { AuditChoices, AuditPage } from "../domain/audit.ts";
import { getJson } from "./get-json.ts";

export const AUDIT_KEY = ["audit"] as const;

/** The audit log for these filters (`auditQuery`), part by part. */
export const auditParts = (query: string) =>
  infiniteQueryOptions({
    queryKey: [...AUDIT_KEY, query],
    queryFn: ({ pageParam, signal }) => {
      const values = new URLSearchParams(query);
      if (pageParam !== null) values.set("after", String(pageParam));
      return getJson<AuditPage>(`/api/audit?${values}`, signal);
    },
    initialPageParam: null as number | null,
    getNextPageParam: (last: AuditPage) => last.next,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const auditChoicesQuery = () =>
  queryOptions({
    queryKey: ["audit-choices"],
    queryFn: ({ signal }) => getJson<AuditChoices>("/api/audit/choices", signal),
    staleTime: 60_000,
  });
