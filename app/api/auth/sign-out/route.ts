import { openRoute } from "#lib/server/route.ts";
import { signOut } from "#lib/services/users/sign-in.ts";

export const POST = openRoute(async (ctx, request) => {
  const headers = new Headers({ "cache-control": "no-store" });
  for (const cookie of await signOut(ctx, request.headers)) headers.append("set-cookie", cookie);
  return Response.json({ user: null }, { headers });
});
