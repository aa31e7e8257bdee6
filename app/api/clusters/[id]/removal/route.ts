import { route } from "#lib/server/route.ts";
import { previewClusterRemoval } from "#lib/services/clusters/remove.ts";

/** What the deletion would do, `?forced=1`: although nodes can't be asked; `whole=1`: all of it, however long. Nothing is written, no node is contacted. */
export const GET = route((ctx, { params, url }) =>
  previewClusterRemoval(ctx, {
    clusterId: params.id ?? "",
    isForced: url.searchParams.get("forced") === "1",
    isWhole: url.searchParams.get("whole") === "1",
  }),
);
