import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { stalePlanView } from "../domain/errors.ts";
import type { NodeRemovalView } from "../domain/node.ts";
import type { Plan } from "../domain/plan.ts";
import type { RemovalView } from "../domain/planned.ts";
import { getJson, RequestError } from "./get-json.ts";

/** A node that comes back, or goes, changes what a removal would do. */
const EVERY_MS = 5_000;

/** By what is removed, as addresses name it. */
export interface RemovalViews {
  storages: RemovalView;
  clusters: RemovalView;
  nodes: NodeRemovalView;
}

export const REMOVAL_KEY = ["removal"] as const;

function address(what: keyof RemovalViews, id: string, flags: readonly string[]): string {
  const query = flags.map((flag) => `${flag}=1`).join("&");
  return `/api/${what}/${encodeURIComponent(id)}/removal${query && `?${query}`}`;
}

const asked = (isForced: boolean) => (isForced ? ["forced"] : []);

/** All of a plan of which the first part is shown. Throws RequestError, `stale` where it is another one by now. */
export async function wholePlan<What extends keyof RemovalViews>(
  what: What,
  id: string,
  { isForced, digest }: { isForced: boolean; digest: string | null },
): Promise<Plan> {
  const view = await getJson<RemovalViews[What]>(address(what, id, [...asked(isForced), "whole"]));
  if (!view.plan || view.digest !== digest) throw new RequestError(stalePlanView(), 409);
  return view.plan;
}

/** What the removal of a storage, a cluster or a node would do; nothing is written by asking. */
export const removalQuery = <What extends keyof RemovalViews>(what: What, id: string, isForced = false) =>
  queryOptions({
    queryKey: [...REMOVAL_KEY, what, id, isForced],
    queryFn: ({ signal }) => getJson<RemovalViews[What]>(address(what, id, asked(isForced)), signal),
    // What is gone is not asked for again.
    enabled: ({ state: { error } }) => !(error instanceof RequestError && error.status === 404),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
    staleTime: 0,
    gcTime: 0,
  });
