import { route } from "#lib/server/route.ts";
import { listTasks } from "#lib/services/tasks/list-tasks.ts";

/** The latest tasks, newest first. `?cluster=ID`, `?state=open` or a state, `?limit=N` narrow them. */
export const GET = route((ctx, { url }) => listTasks(ctx, Object.fromEntries(url.searchParams)));
