import { route } from "#lib/server/route.ts";
import { listAudit } from "#lib/services/audit/list-audit.ts";

/** A part of the audit log: `?who=`, `action=`, `entity=`, `q=`, `from=`, `to=` (moments), `sort=`, `after=ID`. */
export const GET = route((ctx, { url }) => listAudit(ctx, Object.fromEntries(url.searchParams)));
