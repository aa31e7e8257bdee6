"use server";

import { z } from "zod";
import { confirmDraft as confirm } from "../services/drafts/confirm.ts";
import {
  discardDraft as discard,
  saveDraft as save,
  startClusterDraft as startCluster,
  startJoinDraft as startJoin,
  startStorageDraft as startStorage,
} from "../services/drafts/edit.ts";
import {
  addMachine,
  addMachineSchema,
  choose,
  confirmHostKey,
  lookAgain,
  removeMachine,
} from "../services/drafts/machines.ts";
import { draftDataSchema } from "../services/drafts/stored.ts";
import { joinPassword } from "../domain/names.ts";
import { action } from "./action.ts";

const id = z.string().min(1).max(80);
const machine = { draftId: id, key: id };

/** The owner's open cluster wizard, or a new one. */
export const startClusterDraft = action(z.undefined(), (ctx) => startCluster(ctx));

/** The owner's open join of nodes into a cluster, or a new one. */
export const startJoinDraft = action(z.strictObject({ clusterId: id }), (ctx, input) =>
  startJoin(ctx, input.clusterId),
);

/** The owner's open form of storages for a cluster, or a new one; its nodes are looked at at once. */
export const startStorageDraft = action(z.strictObject({ clusterId: id }), (ctx, input) =>
  startStorage(ctx, input.clusterId),
);

/** Keeps what is typed, valid or not; answers with the draft. `stale`: another tab has written since. */
export const saveDraft = action(
  z.strictObject({ draftId: id, version: z.number().int(), data: draftDataSchema }),
  (ctx, input) => save(ctx, input),
);

/** Throws a draft away, its credentials first. */
export const discardDraft = action(z.strictObject({ draftId: id }), (ctx, input) => discard(ctx, input.draftId));

/** Adds a machine; its host key is read in the background, without the credential. */
export const addDraftNode = action(addMachineSchema, (ctx, input) => addMachine(ctx, input));

/** Pins the fingerprint that was shown; the look at the machine begins in the background. */
export const confirmDraftNodeKey = action(
  z.strictObject({ ...machine, fingerprint: z.string().max(100) }),
  (ctx, input) => confirmHostKey(ctx, input),
);

/** Looks at a machine once more, in the background; with a password where the kept one is gone. */
export const lookAgainAtDraftNode = action(
  z.strictObject({ ...machine, password: joinPassword.optional() }),
  (ctx, input) => lookAgain(ctx, input),
);

/** Takes a way out that a row offers, or takes it back. */
export const chooseForDraftNode = action(
  z.strictObject({
    ...machine,
    storageKey: z.string().max(80),
    choice: z.string().max(200),
    value: z.string().max(200),
  }),
  (ctx, input) => choose(ctx, input),
);

/** Leaves a machine out of the draft. */
export const removeDraftNode = action(z.strictObject(machine), (ctx, input) => removeMachine(ctx, input));

/** Starts what was shown; `stale` when the machines have changed since, with the new plan in the draft. */
export const confirmDraft = action(z.strictObject({ draftId: id, digest: z.string().length(64) }), (ctx, input) =>
  confirm(ctx, input),
);
