import { route } from "#lib/server/route.ts";
import { getTaskProgress } from "#lib/services/tasks/get-task.ts";

/** How far a task is: its row and its journal. */
export const GET = route((ctx, { params }) => getTaskProgress(ctx, params.id ?? ""));
