import { route } from "#lib/server/route.ts";
import { taskList } from "#lib/services/tasks/task-list.ts";

/** A part of the list of tasks: `?show=`, `kind=`, `cluster=`, `node=`, `who=`, `q=`, `sort=`, `after=ID`. */
export const GET = route((ctx, { url }) => taskList(ctx, Object.fromEntries(url.searchParams)));
