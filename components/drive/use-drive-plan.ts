"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { PlanNow } from "#components/plan/planned-form.tsx";
import { confirmDrives } from "#lib/actions/drives.ts";
import type { DrivePlanView } from "#lib/domain/drive.ts";
import { drivePlanQuery } from "#lib/queries/drives.ts";
import { errorViewOf } from "#lib/queries/get-json.ts";

const SETTLE_MS = 250;

/** A value once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: by value
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}

type DriveChange = Parameters<typeof confirmDrives>[0]["request"];

/** The plan for what is typed now; null while what is typed makes no request. */
export function useDrivePlan(request: DriveChange | null): PlanNow<DrivePlanView> {
  const settled = useSettled(request);
  const { data, error, isPlaceholderData, isFetching, refetch } = useQuery({
    ...drivePlanQuery(settled),
    enabled: settled !== null,
  });
  const isSame = JSON.stringify(settled) === JSON.stringify(request);
  return {
    view: request === null ? null : (data ?? null),
    isCurrent: isSame && data !== undefined && !isPlaceholderData && !(isFetching && data === undefined),
    error: error ? errorViewOf(error) : null,
    retry: () => void refetch(),
  };
}

/** Confirms the plan of a request as it was shown. */
export const confirmShown =
  (request: DriveChange | null) =>
  async (shown: { digest: string; typed: string }): Promise<Awaited<ReturnType<typeof confirmDrives>>> => {
    if (request === null) throw new Error("Nothing was asked for");
    return confirmDrives({ request, ...shown });
  };
