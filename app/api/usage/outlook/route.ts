import { route } from "#lib/server/route.ts";
import { getOutlook } from "#lib/services/storages/usage.ts";

/** Thresholds of storages, and the days on which they are full. */
export const GET = route((ctx) => getOutlook(ctx));
