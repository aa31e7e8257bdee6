import { route } from "#lib/server/route.ts";
import { nodeDetails } from "#lib/services/nodes/details.ts";

/** What only a node's own page and its storages' show: how it is reached, its facts, what each storage's check reported. */
export const GET = route((ctx, { params }) => nodeDetails(ctx, params.id ?? ""));
