import { route } from "#lib/server/route.ts";
import { listAdministrators } from "#lib/services/users/administrators.ts";

/** Everybody with an account. */
export const GET = route((ctx) => listAdministrators(ctx));
