"use server";

import { z } from "zod";
import { NODE_MODES } from "../domain/live.ts";
import { editNode as edit, editSchema } from "../services/nodes/edit.ts";
import { acceptHostKey, readNodeHostKey as readHostKey } from "../services/nodes/host-key.ts";
import {
  clearLeftovers as clear,
  clearLeftoversSchema,
  lookAtLeftovers as look,
  lookAtLeftoversSchema,
} from "../services/nodes/leftovers.ts";
import { setNodeMode as setMode } from "../services/nodes/mode.ts";
import { confirmRemoval, removalSchema } from "../services/nodes/remove.ts";
import { confirmKeyRotation, planKeyRotation } from "../services/nodes/rotate.ts";
import { action } from "./action.ts";

const nodeId = z.string().min(1).max(80);

/** Takes a node out of service, or puts it back: in maintenance it takes no new drives. */
export const setNodeMode = action(z.strictObject({ nodeId, mode: z.enum(NODE_MODES) }), (ctx, input) =>
  setMode(ctx, input),
);

/** Starts the removal that was shown; `stale` when it is no longer what would run. */
export const confirmNodeRemoval = action(
  removalSchema.extend({ digest: z.string().length(64), typed: z.string().max(500) }),
  (ctx, input) => confirmRemoval(ctx, input),
);

/** Changes a node's name, or where it is reached: the machine there is looked at before anything is written. */
export const editNode = action(editSchema, (ctx, input) => edit(ctx, input));

/** Reads the host key that a node shows now; nothing is sent to it. */
export const readNodeHostKey = action(z.strictObject({ nodeId }), (ctx, input) => readHostKey(ctx, input));

/** Pins the host key that was compared, once the machine has proven to be the node. */
export const acceptNodeHostKey = action(
  z.strictObject({ nodeId, fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/) }),
  (ctx, input) => acceptHostKey(ctx, input),
);

/** Makes a new key pair for a node, sealed, and shows the plan that brings it there. */
export const planNodeKey = action(z.strictObject({ nodeId }), (ctx, input) => planKeyRotation(ctx, input));

/** Starts the change of keys that was shown; `stale` when it is no longer what would run. */
export const confirmNodeKey = action(
  z.strictObject({ planId: z.string().min(1).max(80), digest: z.string().length(64) }),
  (ctx, input) => confirmKeyRotation(ctx, input),
);

/** Looks for what is on a node and belongs to no storage it has, read only, and at what clearing it would do. */
export const lookAtLeftovers = action(lookAtLeftoversSchema, (ctx, input) => look(ctx, input));

/** Clears what was shown. Refusals: `not-found`, `conflict`, `stale`, `busy`, and why the node can't be asked. */
export const clearLeftovers = action(clearLeftoversSchema, (ctx, input) => clear(ctx, input));
