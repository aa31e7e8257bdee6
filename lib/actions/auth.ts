"use server";

import { headers } from "next/headers.js";
import { z } from "zod";
import { newAccountSchema, newPasswordSchema, signInSchema } from "../domain/account.ts";
import { endSessions as end, removeAdministrator as remove } from "../services/users/administrators.ts";
import { createInvite as makeInvite, redeemLink, redeemReset } from "../services/users/links.ts";
import { signIn as openSession, signOut as endSession } from "../services/users/sign-in.ts";
import { action, openAction } from "./action.ts";
import { sendCookies } from "./cookies.ts";

/** Signs in: the session's cookie comes with the answer. Refusals: `auth-failed`, `busy` with the seconds to wait. */
export const signIn = openAction(signInSchema, async (ctx, input) => {
  const { user, cookies } = await openSession(ctx, input, await headers());
  await sendCookies(cookies);
  return user;
});

/** Ends this browser's session. */
export const signOut = openAction(z.undefined(), async (ctx) => {
  await sendCookies(await endSession(ctx, await headers()));
  return null;
});

/** Redeems a set-up or invitation link: makes the account and signs in. */
export const redeemAccountLink = openAction(newAccountSchema, async (ctx, input) => {
  const made = await redeemLink(ctx, input);
  const { user, cookies } = await openSession(ctx, { email: made.email, password: input.password }, await headers());
  await sendCookies(cookies);
  return user;
});

/** Redeems a reset link: sets the password, ends the account's other sessions and signs in. */
export const redeemResetLink = openAction(newPasswordSchema, async (ctx, input) => {
  const { email } = await redeemReset(ctx, input);
  const { user, cookies } = await openSession(ctx, { email, password: input.password }, await headers());
  await sendCookies(cookies);
  return user;
});

/** A link for a further administrator; its path, to be put behind the panel's address. */
export const createInvite = action(z.undefined(), async (ctx) => ({ path: await makeInvite(ctx) }));

const someone = z.strictObject({ userId: z.string().min(1).max(80) });

/** Ends every session of another administrator. */
export const endSessions = action(someone, (ctx, input) => end(ctx, input));

/** Removes another administrator. */
export const removeAdministrator = action(someone, (ctx, input) => remove(ctx, input));
