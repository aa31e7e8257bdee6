import { and, asc, desc, eq, gt, gte, lt, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { db } from "../../db/client.ts";
import { distinctValues } from "../../db/distinct.ts";
import { likePattern } from "../../db/like.ts";
import { audit } from "../../db/schema/index.ts";
import { AUDIT_PAGE, type AuditChoices, type AuditPage } from "../../domain/audit.ts";
import type { ServiceContext } from "../context.ts";

/** There is no year nought: the database refuses it. */
const moment = z.iso
  .datetime()
  .refine((value) => !value.startsWith("0000"))
  .optional();
const word = z.string().max(200).optional();

const filterSchema = z.object({
  who: word,
  action: word,
  entity: word,
  /** A name or an id of what it is about, a request, an address. */
  q: word,
  from: moment,
  to: moment,
  sort: z.enum(["when", "-when"]).optional(),
  /** Id of the last row that is known. */
  after: z.coerce.number().int().min(0).optional(),
});

/** The row's own ids as they are, its names and addresses by any part. */
function about(q: string): SQL | undefined {
  const part = likePattern(q);
  return or(
    eq(audit.entityId, q),
    eq(audit.requestId, q),
    sql`${audit.address} like ${part}`,
    sql`lower(${audit.detail} ->> 'name') like ${part}`,
    sql`lower(${audit.detail} ->> 'label') like ${part}`,
    sql`lower(${audit.detail} ->> 'email') like ${part}`,
  );
}

/** A part of the audit log, newest first unless asked otherwise. Throws ZodError for a filter that is none. */
export async function listAudit(_ctx: ServiceContext, values: Record<string, string>): Promise<AuditPage> {
  const { who, action, entity, q, from, to, sort, after } = filterSchema.parse(values);
  const isUp = sort === "-when";
  const place = after === undefined ? undefined : isUp ? gt(audit.id, after) : lt(audit.id, after);
  const rows = await db()
    .select()
    .from(audit)
    .where(
      and(
        who ? eq(audit.actorName, who) : undefined,
        action ? eq(audit.action, action) : undefined,
        entity ? eq(audit.entity, entity) : undefined,
        q ? about(q) : undefined,
        from ? gte(audit.at, new Date(from)) : undefined,
        to ? lt(audit.at, new Date(to)) : undefined,
        place,
      ),
    )
    .orderBy(isUp ? asc(audit.id) : desc(audit.id))
    .limit(AUDIT_PAGE + 1);
  const shown = rows.slice(0, AUDIT_PAGE).map(({ actorId: _id, actorName, at, ...row }) => ({
    ...row,
    who: actorName,
    at: at.toISOString(),
  }));
  return { rows: shown, next: rows.length > AUDIT_PAGE ? (shown.at(-1)?.id ?? null) : null };
}

/** Everybody, everything done, and every kind of thing there is a row about. */
export async function auditChoices(_ctx: ServiceContext): Promise<AuditChoices> {
  const [who, actions, entities] = await Promise.all(
    [audit.actorName, audit.action, audit.entity].map((column) => distinctValues(column)),
  );
  return { who: who ?? [], actions: actions ?? [], entities: entities ?? [] };
}
