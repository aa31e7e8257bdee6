"use server";

import { z } from "zod";
import { NODE_MODES } from "../domain/live.ts";
import { setNodeMode as setMode } from "../services/nodes/mode.ts";
import { confirmRemoval, removalSchema } from "../services/nodes/remove.ts";
import { action } from "./action.ts";

const nodeId = z.string().min(1).max(80);

/** Takes a node out of service, or puts it back: in maintenance it takes no new drives. */
export const setNodeMode = action(z.strictObject({ nodeId, mode: z.enum(NODE_MODES) }), (ctx, input) =>
  setMode(ctx, input),
);

/** Starts the removal that was shown; `stale` when it is no longer what would run. */
export const confirmNodeRemoval = action(
  removalSchema.extend({ digest: z.string().length(64), typed: z.string().max(200) }),
  (ctx, input) => confirmRemoval(ctx, input),
);
