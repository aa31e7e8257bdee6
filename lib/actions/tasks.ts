"use server";

import { z } from "zod";
import { cancelTask } from "../services/tasks/cancel-task.ts";
import { action } from "./action.ts";

/** Asks for a task to be undone. Refusals: `not-found`, `conflict`. */
export const cancelTaskAction = action(z.object({ taskId: z.string().max(100) }), cancelTask);
