import { route } from "#lib/server/route.ts";
import { nodeConcerns } from "#lib/services/nodes/concerns.ts";

/** What stands on a node and what is at work on it: what its verbs are judged by. */
export const GET = route((ctx, { params }) => nodeConcerns(ctx, params.id ?? ""));
