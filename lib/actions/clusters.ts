"use server";

import { confirmClusterRemoval, confirmClusterRemovalSchema } from "../services/clusters/remove.ts";
import { action } from "./action.ts";

/** Starts the deletion that was shown. Refusals: `not-found`, `conflict`, `stale`, `busy`. */
export const removeCluster = action(confirmClusterRemovalSchema, (ctx, input) => confirmClusterRemoval(ctx, input));
