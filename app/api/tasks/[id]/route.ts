import { route } from "#lib/server/route.ts";
import { getTask } from "#lib/services/tasks/get-task.ts";

/** One task with its plan, journal and log. */
export const GET = route((ctx, { params }) => getTask(ctx, params.id ?? ""));
