import { route } from "#lib/server/route.ts";
import { auditChoices } from "#lib/services/audit/list-audit.ts";

/** What there is to filter the audit log by. */
export const GET = route((ctx) => auditChoices(ctx));
