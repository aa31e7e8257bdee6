import { ENCODED_HEADER } from "#lib/server/headers.ts";
import { route } from "#lib/server/route.ts";
import { getPackedPanelView, getPanelView } from "#lib/services/live/panel-view.ts";

/** Every cluster with its storages and nodes, and how each node is. */
export const GET = route(async (ctx, { request }) => {
  if (!/\bgzip\b/.test(request.headers.get("accept-encoding") ?? "")) return getPanelView(ctx);
  const body = new Uint8Array(await getPackedPanelView(ctx));
  const headers = {
    "cache-control": "private, no-store",
    "content-type": "application/json; charset=utf-8",
    [ENCODED_HEADER]: "gzip",
    vary: "accept-encoding",
    "x-request-id": ctx.requestId,
  };
  return new Response(body, { headers });
});
