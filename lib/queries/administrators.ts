import { queryOptions } from "@tanstack/react-query";
import type { AdministratorView } from "../domain/account.ts";
import { getJson } from "./get-json.ts";

export const USER_KEY = ["user"] as const;

/** Everybody with an account; asked again when one of them signs in, comes or goes. */
export const administratorsQuery = () =>
  queryOptions({
    queryKey: [...USER_KEY, "administrators"],
    queryFn: ({ signal }) => getJson<AdministratorView[]>("/api/administrators", signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
