"use server";

import { setThresholds as set, thresholdsSchema } from "../services/storages/thresholds.ts";
import { action } from "./action.ts";

/** From which percentages on a storage is worth a warning, and urgent. */
export const setThresholds = action(thresholdsSchema, (ctx, input) => set(ctx, input));
