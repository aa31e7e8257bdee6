import { route } from "#lib/server/route.ts";
import { readTaskLog } from "#lib/services/tasks/task-log.ts";

/** Lines of a task's log: the last ones, or `?after=LINE`, `?before=LINE`. */
export const GET = route((ctx, { params, url }) =>
  readTaskLog(ctx, params.id ?? "", Object.fromEntries(url.searchParams)),
);
