import { route } from "#lib/server/route.ts";
import { nodeHistory } from "#lib/services/nodes/history.ts";

/** The changes of a node's status, newest first. `?limit=N` asks for more of them. */
export const GET = route((ctx, { params, url }) =>
  nodeHistory(ctx, params.id ?? "", Object.fromEntries(url.searchParams)),
);
