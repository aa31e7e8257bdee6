"use server";

import { z } from "zod";
import { cancelTask } from "../services/tasks/cancel-task.ts";
import { replanTask } from "../services/tasks/replan.ts";
import { action } from "./action.ts";

/** Asks for a task to be undone. Refusals: `not-found`, `conflict`. */
export const cancelTaskAction = action(z.object({ taskId: z.string().max(100) }), cancelTask);

/** Opens the form of a task that came to nothing, with what was typed. Refusals: `not-found`, `conflict`. */
export const replanTaskAction = action(z.strictObject({ taskId: z.string().max(100) }), replanTask);
