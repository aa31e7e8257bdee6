"use server";

import { z } from "zod";
import { recheck } from "../services/live/recheck.ts";
import { action } from "./action.ts";

const id = z.string().min(1).max(80);

/** Checks a node's storage, or all of them, now. */
export const recheckAction = action(z.object({ nodeId: id, storageId: id.optional() }).strict(), (ctx, input) =>
  recheck(ctx, input),
);
