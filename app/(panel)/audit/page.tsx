import type { Metadata } from "next";
import { AuditPage } from "#components/audit/audit-page.tsx";
import { auditQuery } from "#lib/domain/audit.ts";
import { en } from "#lib/messages/en.ts";
import { listAudit } from "#lib/services/audit/list-audit.ts";
import { pageContext } from "../data.ts";
import { addressValues, type PageAddress } from "../page-address.ts";

export const metadata: Metadata = { title: en.audit.title };

/** The rows come with the page; but days are the reader's own, and which moments those are only the browser knows. */
export default async function Page({ searchParams }: PageAddress) {
  const values = addressValues(await searchParams);
  const ctx = await pageContext();
  if (values.get("from") || values.get("to")) return <AuditPage first={null} />;
  const query = auditQuery(values);
  const page = await listAudit(ctx, Object.fromEntries(new URLSearchParams(query)));
  return <AuditPage first={{ query, page }} />;
}
