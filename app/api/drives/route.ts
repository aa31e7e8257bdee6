import { route } from "#lib/server/route.ts";
import { listDrives } from "#lib/services/drives/list.ts";

export const GET = route((ctx) => listDrives(ctx));
