"use server";

import { z } from "zod";
import { MAX_AT_ONCE } from "../domain/drive.ts";
import { driveRequestSchema } from "../domain/drive-request.ts";
import { confirmDrives as confirm, protectDrives as protect } from "../services/drives/request.ts";
import { action } from "./action.ts";

/** Starts what was shown; `stale` when it is no longer what would run. */
export const confirmDrives = action(
  z.strictObject({ request: driveRequestSchema, digest: z.string().length(64), typed: z.string().max(200) }),
  (ctx, input) => confirm(ctx, input),
);

/** Protects drives from deletion, or lets go of that. */
export const protectDrives = action(
  z.strictObject({ ids: z.array(z.string().min(1).max(80)).min(1).max(MAX_AT_ONCE), isProtected: z.boolean() }),
  (ctx, input) => protect(ctx, input),
);
