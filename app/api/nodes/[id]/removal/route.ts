import { route } from "#lib/server/route.ts";
import { previewRemoval } from "#lib/services/nodes/remove.ts";

/** What would run to remove a node, `?force=true` with what stands in the way. Nothing is written, no node is contacted. */
export const GET = route((ctx, { params, url }) =>
  previewRemoval(ctx, { nodeId: params.id ?? "", force: url.searchParams.get("force") === "true" }),
);
