import { z } from "zod";
import { isStorable } from "./storable.ts";

/** The fewest and most characters a password has: length is what slows a guesser down. */
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 128;

const email = z.string().trim().toLowerCase().max(254, "auth.field.email").pipe(z.email("auth.field.email"));

/** No text that a row can't bear, nor the sign that stands where one was lost: it would not be as typed. */
const isBearable = (value: string) => isStorable(value) && !value.includes("\uFFFD");

/** What is typed at sign-in; nothing is said about its form, so that a wrong guess and a typo look the same. */
export const signInSchema = z.object({
  email: z
    .string()
    .trim()
    .toLowerCase()
    .min(1, "auth.field.email-missing")
    .max(254, "auth.field.email")
    .refine(isBearable, "auth.field.email"),
  password: z.string().min(1, "auth.field.password-missing").max(1000, "auth.field.password-long"),
});

export const passwordSchema = z
  .string()
  .min(PASSWORD_MIN, "auth.field.password-short")
  .max(PASSWORD_MAX, "auth.field.password-long");

/** A new administrator, behind a set-up link or an invitation. */
export const newAccountSchema = z.object({
  token: z.string().max(200),
  name: z
    .string()
    .trim()
    .min(1, "auth.field.name-missing")
    .max(100, "auth.field.name-long")
    .refine(isBearable, "auth.field.name-characters"),
  email,
  password: passwordSchema,
});

/** A new password, behind a reset link. */
export const newPasswordSchema = z.object({ token: z.string().max(200), password: passwordSchema });

export type NewAccount = z.output<typeof newAccountSchema>;

/** What a link in somebody's hand is for. */
export const LINK_PURPOSES = ["first", "invite", "reset"] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

/** GET /api/administrators */
export interface AdministratorView {
  id: string;
  name: string;
  email: string;
  createdAt: string;
  /** Sessions that are open now. */
  sessions: number;
  /** Null: never since it is recorded. */
  lastSignInAt: string | null;
  isSelf: boolean;
}
