import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { type Database, db } from "../db/client.ts";
import { accounts, sessions, users, verifications } from "../db/schema/index.ts";
import { PASSWORD_MAX, PASSWORD_MIN } from "../domain/account.ts";
import { env } from "../env.ts";
import { derivedKey } from "../secrets/keyring.ts";

const SESSION_SECONDS = 7 * 24 * 3600;

function make(database: Database) {
  const origin = env().origin ?? `http://127.0.0.1:${env().port}`;
  return betterAuth({
    appName: "Spindle",
    baseURL: origin,
    secret: derivedKey("sessions").toString("base64url"),
    database: drizzleAdapter(database, {
      provider: "pg",
      schema: { user: users, session: sessions, account: accounts, verification: verifications },
      transaction: true,
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
    },
    // An ended session must be refused at once: no cached copy in a cookie, no life prolonged by looking.
    session: { expiresIn: SESSION_SECONDS, cookieCache: { enabled: false }, disableSessionRefresh: true },
    // Our own throttle stands before sign-in and is kept in the database.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: "spindle",
      useSecureCookies: origin.startsWith("https://"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      ipAddress: { ipAddressHeaders: ["x-spindle-address"] },
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
}

let made: { auth: ReturnType<typeof make>; database: Database } | null = null;

/** better-auth over our tables. None of its endpoints is served: the services call it. */
export function auth(): ReturnType<typeof make> {
  const database = db();
  // The pool is replaced when the database was away.
  if (made?.database !== database) made = { auth: make(database), database };
  return made.auth;
}

/** The stored form of a password. */
export async function hashPassword(password: string): Promise<string> {
  const context = await auth().$context;
  return context.password.hash(password);
}
