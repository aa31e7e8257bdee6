import { eventStream } from "#lib/server/event-stream.ts";
import { route } from "#lib/server/route.ts";

function list(value: string | null): ReadonlySet<string> | null {
  return value ? new Set(value.split(",")) : null;
}

/** The live stream. `?cluster=ID,…` and `?nodes=ID,…` narrow it; `?from=ID` is a Last-Event-ID for a first request. */
export const GET = route(async (_ctx, { request, url }) => {
  const stream = eventStream({
    headers: new Headers(request.headers),
    signal: request.signal,
    filter: { clusters: list(url.searchParams.get("cluster")), nodes: list(url.searchParams.get("nodes")) },
    resumeFrom: request.headers.get("last-event-id") ?? url.searchParams.get("from"),
  });
  return new Response(stream, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache, no-transform" },
  });
});
