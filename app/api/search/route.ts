import { route } from "#lib/server/route.ts";
import { search } from "#lib/services/search/search.ts";

/** `?q=WORDS`: clusters, nodes, storages, drives and tasks that fit, the best of each. */
export const GET = route((ctx, { url }) => search(ctx, Object.fromEntries(url.searchParams)));
