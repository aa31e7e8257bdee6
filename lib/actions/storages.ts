"use server";

import { z } from "zod";
import { editStorage as edit, editStorageSchema } from "../services/storages/edit.ts";
import { setStorageEnabled as setEnabled } from "../services/storages/enable.ts";
import {
  changeParts as change,
  changePartsSchema,
  lookAtParts as look,
  lookAtPartsSchema,
  notePartsSource as noteSource,
  notePartsSourceSchema,
} from "../services/storages/parts.ts";
import { confirmRemoval, confirmRemovalSchema } from "../services/storages/remove.ts";
import { setMainStorage as setMain } from "../services/storages/set-main.ts";
import { action } from "./action.ts";

const storageId = z.string().min(1).max(80);

/** Makes a storage its cluster's main one, once every node has shown that it is well there. */
export const setMainStorage = action(z.strictObject({ storageId }), (ctx, input) => setMain(ctx, input.storageId));

/** Lets a storage take new drives, or none any more. Refusals: `not-found`, `conflict`, `busy`. */
export const setStorageEnabled = action(z.strictObject({ storageId, isEnabled: z.boolean() }), (ctx, input) =>
  setEnabled(ctx, input),
);

/** Another name for a storage, or other settings. Refusals: `not-found`, `already-exists`, `invalid-input`. */
export const editStorage = action(editStorageSchema, (ctx, input) => edit(ctx, input));

/** Starts the removal that was shown. Refusals: `not-found`, `conflict`, `stale`, `busy`. */
export const removeStorage = action(confirmRemovalSchema, (ctx, input) => confirmRemoval(ctx, input));

/** Takes down where further disks of a storage are, its secrets sealed. Refusals: `not-found`, `not-supported`, `invalid-input`. */
export const notePartsSource = action(notePartsSourceSchema, (ctx, input) => noteSource(ctx, input));

/** Looks at a node's disks and at what a storage there is made of, read only, and at what a change would do. */
export const lookAtParts = action(lookAtPartsSchema, (ctx, input) => look(ctx, input));

/** Starts the change that was shown. Refusals: `not-found`, `conflict`, `stale`, `busy`, and why the node can't be asked. */
export const changeParts = action(changePartsSchema, (ctx, input) => change(ctx, input));
