import { route } from "#lib/server/route.ts";
import { getDraft } from "#lib/services/drafts/view.ts";

/** A draft of whoever asks: what was typed, what its machines showed, and what would run. */
export const GET = route((ctx, { params }) => getDraft(ctx, params.id ?? ""));
