import { route } from "#lib/server/route.ts";
import { previewRemoval } from "#lib/services/storages/remove.ts";

/** What a removal would do; `?forced=1`: although something stays on nodes; `whole=1`: all of it, however long. Nothing is written, no node is contacted. */
export const GET = route((ctx, { params, url }) =>
  previewRemoval(ctx, {
    storageId: params.id ?? "",
    isForced: url.searchParams.get("forced") === "1",
    isWhole: url.searchParams.get("whole") === "1",
  }),
);
