"use server";

import { z } from "zod";
import { cancelTask } from "../services/tasks/cancel-task.ts";
import { releaseHeld, releaseHeldSchema } from "../services/tasks/release-held.ts";
import { replanTask } from "../services/tasks/replan.ts";
import { action } from "./action.ts";

/** Asks for a task to be undone. Refusals: `not-found`, `conflict`. */
export const cancelTaskAction = action(z.object({ taskId: z.string().max(100) }), cancelTask);

/** Takes the word of an administrator that the nodes a task is held for are off. Refusals: `not-found`, `conflict`, `invalid-input`. */
export const releaseHeldAction = action(releaseHeldSchema, releaseHeld);

/** Opens the form of a task that came to nothing, with what was typed. Refusals: `not-found`, `conflict`. */
export const replanTaskAction = action(z.strictObject({ taskId: z.string().max(100) }), replanTask);
