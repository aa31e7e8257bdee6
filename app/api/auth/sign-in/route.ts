import { signInSchema } from "#lib/domain/account.ts";
import { openRoute } from "#lib/server/route.ts";
import { signIn } from "#lib/services/users/sign-in.ts";

/** Signing in without a page, for programs: `{ email, password }`; the cookie comes with the answer. */
export const POST = openRoute(async (ctx, request) => {
  const input = signInSchema.parse(await request.json().catch(() => null));
  const { user, cookies } = await signIn(ctx, input, request.headers);
  const headers = new Headers({ "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return Response.json({ user }, { headers });
});
