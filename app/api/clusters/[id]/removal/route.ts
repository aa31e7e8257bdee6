import { route } from "#lib/server/route.ts";
import { previewClusterRemoval } from "#lib/services/clusters/remove.ts";

/** What the deletion would do. Nothing is written, no node is contacted. */
export const GET = route((ctx, { params }) => previewClusterRemoval(ctx, params.id ?? ""));
