import { route } from "#lib/server/route.ts";
import { previewRemoval } from "#lib/services/nodes/remove.ts";

/** What would run to remove a node, `?forced=1`: although something stands in the way. Nothing is written, no node is contacted. */
export const GET = route((ctx, { params, url }) =>
  previewRemoval(ctx, { nodeId: params.id ?? "", isForced: url.searchParams.get("forced") === "1" }),
);
