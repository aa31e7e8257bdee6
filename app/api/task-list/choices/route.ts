import { route } from "#lib/server/route.ts";
import { taskChoices } from "#lib/services/tasks/task-list.ts";

/** What there is to filter tasks by. */
export const GET = route((ctx) => taskChoices(ctx));
