import { route } from "#lib/server/route.ts";
import { previewDrives } from "#lib/services/drives/request.ts";

/** What would run for `?input=`, a request as JSON. Nothing is written, no node is contacted. */
export const GET = route((ctx, { url }) => previewDrives(ctx, readInput(url.searchParams.get("input"))));

function readInput(json: string | null): unknown {
  try {
    return JSON.parse(json ?? "");
  } catch {
    // Not JSON: refused as any other request that is none.
    return null;
  }
}
