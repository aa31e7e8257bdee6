import { route } from "#lib/server/route.ts";
import { listDrives } from "#lib/services/drives/list.ts";

/** The first drives of a list: `?q=`, `storage=`, `state=`, `sort=`, `down=1`, `ids=ID,…`, `limit=`, `unknown=1`. */
export const GET = route((ctx, { url }) => listDrives(ctx, Object.fromEntries(url.searchParams)));
