"use server";

import { z } from "zod";
import { setMainStorage as setMain } from "../services/storages/set-main.ts";
import { action } from "./action.ts";

/** Makes a storage its cluster's main one, once every node has shown that it is well there. */
export const setMainStorage = action(z.strictObject({ storageId: z.string().min(1).max(80) }), (ctx, input) =>
  setMain(ctx, input.storageId),
);
