import { route } from "#lib/server/route.ts";

/** Who is signed in; 401 when nobody is. */
export const GET = route(async (ctx) => ({ user: ctx.actor }));
