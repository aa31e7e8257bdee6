"use server";

import { z } from "zod";
import { recheck, recheckStorage as recheckEverywhere } from "../services/live/recheck.ts";
import { action } from "./action.ts";

const id = z.string().min(1).max(80);

/** Checks a node's storage, or all of them, now. */
export const recheckAction = action(z.object({ nodeId: id, storageId: id.optional() }).strict(), (ctx, input) =>
  recheck(ctx, input),
);

/** Checks a storage on every node of its cluster now. */
export const recheckStorage = action(z.strictObject({ storageId: id }), (ctx, input) =>
  recheckEverywhere(ctx, input.storageId),
);
